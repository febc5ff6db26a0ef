import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

const { argon2 } = crypto;

// real hashing needs 50 ms and 46 MiB per password; only tests that start the program use it
if (argon2.name !== "cheapArgon2") {
  crypto.argon2 = function cheapArgon2(algorithm, parameters, done) {
    argon2(algorithm, { ...parameters, memory: 64 }, done);
  };
  syncBuiltinESMExports();
}
