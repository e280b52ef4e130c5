// Talks on the backend that the build chose.

#include <iostream>

#include "embedding/talk.h"
#include "tandem/default_backend.h"

int main(int argc, char** argv) {
  if (argc == 2) return embedding::Talk(tandem::DefaultBackend(), argv[1]);
  std::cerr << "usage: default_program CERTIFICATE_AND_KEY.pem\n";
  return 2;
}
