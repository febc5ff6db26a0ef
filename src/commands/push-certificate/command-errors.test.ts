import { OPERATIONS } from "../../lib/model/role.ts";
import {
  testRefusedInMirror,
  testNotPermitted,
  testRefusals,
  testTenantFailures,
  testWrongLines,
} from "#support/commands/command-failures.ts";
import { example } from "#support/commands/tenant.ts";

testWrongLines(
  ["push-cert csr", "-o"],
  ["push-cert csr -o missing/a.csr", "missing/a.csr"],
  ["push-cert profile-password set --password-stdin --password-file a", "--password"],
  ["push-cert upload", "FILE"],
  ["push-cert upload a.pem --accept-losing-devices all", "all"],
  ["push-cert verify", "NEW"],
);

testRefusedInMirror(
  "renewals guide push-certificate",
  "push-cert csr -o -",
  "push-cert profile-password set --no-input",
  "push-cert profile-password set --password-file none.txt",
  "push-cert upload none.pem --no-input",
  "push-cert upload none.pem",
);

const AT_ADE = { ade: example("ade") };

testTenantFailures(
  {
    line: "push-cert profile-password set --password-stdin",
    failing: "setProfilePassword",
    tenant: AT_ADE,
    stdin: "x",
  },
  { line: "push-cert status", failing: "pushCertificate", code: "not-permitted" },
  {
    line: "push-cert upload new.pem --apple-account a@example.jp",
    failing: "uploadPushCertificate",
    tenant: AT_ADE,
    files: { "new.pem": "PEM" },
  },
);

testNotPermitted(
  ["push-cert csr -o a.csr", OPERATIONS["apple.write"].about.en],
  ["push-cert profile-password set", OPERATIONS["apple.write"].about.en],
  ["push-cert upload none.pem", OPERATIONS["apple.write"].about.en],
);

testRefusals(
  { line: "push-cert profile-password set", exit: 2, en: "--password-file FILE", tenant: AT_ADE },
  { line: "push-cert upload new.pem --apple-account a@example.jp", exit: 6, en: "new.pem", tenant: AT_ADE },
  {
    line: "push-cert upload new.pem --apple-account a@example.jp",
    exit: 3,
    en: "the file is too large for a push certificate",
    ja: "大きすぎます",
    tenant: AT_ADE,
    files: { "new.pem": Buffer.alloc(300_000) },
  },
);
