// Talks on GnuTLS, whatever the build's default is: the backend is a value that is passed.

#include <iostream>

#include "embedding/talk.h"
#include "tandem/gnutls.h"

int main(int argc, char** argv) {
  if (argc == 2) return embedding::Talk(tandem::GnuTls(), argv[1]);
  std::cerr << "usage: chosen_program CERTIFICATE_AND_KEY.pem\n";
  return 2;
}
