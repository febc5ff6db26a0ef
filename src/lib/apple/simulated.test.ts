import { expect, test } from "vitest";
import { readRenewables } from "./index.ts";
import { isSimulatedCertificate, isSimulatedName, isSimulatedToken } from "./simulated.ts";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";

test("recognises names and tokens of the simulator by its mark", () => {
  expect(["株式会社例 (SIMULATOR)", "株式会社例", "simulator", "", null, undefined].map(isSimulatedName)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  const tokens = ["CK_SIMULATOR_1", "CK_1", "CK_1_SIMULATOR_", "SIMULATOR"];
  expect(tokens.map((consumerKey) => isSimulatedToken({ consumerKey }))).toEqual([true, false, false, false]);
});

test.each([
  [{ subject: "UID=com.apple.mgmt.External.1\nCN=APSP:1 SIMULATOR", issuer: "CN=a" }, true],
  [{ subject: "CN=a\nO=SIMULATOR", issuer: "CN=a" }, true],
  [{ subject: "CN=a", issuer: "CN=Apple SIMULATOR CA" }, true],
  [{ subject: "CN=a", issuer: "O=SIMULATOR" }, true],
  [{ subject: "CN=a\nOU=SIMULATOR", issuer: "CN=a" }, false],
  [{ subject: undefined, issuer: undefined }, false],
])("recognises whether a certificate with the names %j is simulated: %s", (names, expected) => {
  expect(isSimulatedCertificate(names)).toBe(expected);
});

describeWithOpenssl("certificates made by openssl", () => {
  test("marks the simulator's certificates when a file is read, and sets no mark on others", () => {
    const workshop = new OpensslWorkspace();
    const read = (subject: string) => {
      const bytes = Buffer.from(workshop.certificate({ subject }).certificate);
      return readRenewables({ name: "push.pem", bytes })[0];
    };
    const found = ["/UID=com.apple.mgmt.External.1/CN=APSP:1/O=SIMULATOR", "/UID=com.apple.mgmt.External.1/CN=APSP:1"];
    const [simulated, other] = found.map(read);
    workshop.close();
    expect(simulated?.simulated).toBe(true);
    expect(other).not.toHaveProperty("simulated");
  });
});
