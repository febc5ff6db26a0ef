import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const { argon2 } = crypto;

// thousands of test passwords would each take 50 ms and 46 MiB; tests that start the program have the whole cost
if (argon2.name !== "cheapArgon2") {
  crypto.argon2 = function cheapArgon2(algorithm, parameters, done) {
    argon2(algorithm, { ...parameters, memory: 64 }, done);
  };
  syncBuiltinESMExports();
}
