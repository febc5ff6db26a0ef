import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { findDownloadsFolder } from "./downloads-folder.ts";
import { DOWNLOAD_NAMES, findDownload } from "./downloads.ts";
import type { DownloadKind } from "./step.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "downloads-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

test.each<[DownloadKind, string, boolean]>([
  ["push-certificate", "MDM_i3Systems,Inc._Certificate.pem", true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate (1).pem", true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate(2).pem", true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate-3.pem", true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate copy.pem", true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate のコピー.pem".normalize("NFD"), true],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate 2.pem", true],
  ["signing-request", "CertificateSigningRequest - コピー.csr", true],
  ["ade-token", "CLOMO MDM_Token_2026-03-01T05-00-00Z_smime のコピー 2.p7m", true],
  ["push-certificate", "MDM_ i3Systems, Inc._Certificate.pem", true],
  ["push-certificate", "MDM_Other,Inc._Certificate.pem", false],
  ["push-certificate", "MDM_i3Systems,Inc._Certificate.pem.part", false],
  ["signing-request", "CertificateSigningRequest (12).csr", true],
  ["signing-request", "CertificateSigningRequestX.csr", false],
  ["ade-token", "CLOMO MDM_Token_2026-03-01T05-00-00Z_smime (1).p7m", true],
  ["ade-token", "_Token_.p7m", false],
  ["vpp-token", "sToken_for_東京_.vpptoken", true],
  ["vpp-token", "sToken_for_Tokyo_ (1).vpptoken", true],
  ["vpp-token", "token_for_Tokyo.vpptoken", false],
])("whether a %s may be named %s: %s", (download, name, fits) => {
  expect(DOWNLOAD_NAMES[download].pattern.test(name.normalize("NFC"))).toBe(fits);
});

const vpp = (expDate: string): string =>
  Buffer.from(JSON.stringify({ token: "secret", expDate, orgName: "例示株式会社" })).toString("base64");

test("uses the token with the latest expiry, regardless of the files' names and times", async () => {
  writeFileSync(join(folder, "sToken_for_東京_.vpptoken"), vpp("2027-11-08T22:33:22+0000"));
  writeFileSync(join(folder, "sToken_for_東京_ (1).vpptoken"), vpp("2026-11-08T22:33:22+0000"));
  writeFileSync(join(folder, "sToken_for_東京_ (2).vpptoken"), "broken");
  utimesSync(join(folder, "sToken_for_東京_.vpptoken"), 1, 1);
  const { found, aside } = await findDownload(folder, "vpp-token");
  expect(found?.name).toBe("sToken_for_東京_.vpptoken");
  expect(aside).toHaveLength(2);
  expect(aside[0]).toMatchObject({ name: "sToken_for_東京_ (1).vpptoken", why: { en: "older than another file" } });
  expect(aside[1]?.name).toBe("sToken_for_東京_ (2).vpptoken");
});

test("ignores folders and files that are too large, and may find nothing", async () => {
  mkdirSync(join(folder, "sToken_for_a_.vpptoken"));
  writeFileSync(join(folder, "sToken_for_b_.vpptoken"), Buffer.alloc(5 * 1024 * 1024));
  const { found, aside } = await findDownload(folder, "vpp-token");
  expect(found).toBeUndefined();
  expect(aside.map(({ name }) => name)).toEqual(["sToken_for_a_.vpptoken", "sToken_for_b_.vpptoken"]);
  expect(aside[1]?.why).toEqual(aside[0]?.why);
  expect(await findDownload(folder, "ade-token")).toEqual({ found: undefined, aside: [] });
});

test("reports a missing folder", async () => {
  await expect(findDownload(join(folder, "none"), "ade-token")).rejects.toMatchObject({ code: "not-found" });
});

test("uses the downloads folder that the desktop configures", async () => {
  const place = { platform: "linux", userFolder: folder, environment: {} };
  expect(await findDownloadsFolder(place)).toBe(join(folder, "Downloads"));
  mkdirSync(join(folder, ".config"));
  writeFileSync(join(folder, ".config", "user-dirs.dirs"), '# x\nXDG_DOWNLOAD_DIR="$HOME/ダウンロード"\n');
  expect(await findDownloadsFolder(place)).toBe(join(folder, "ダウンロード"));
  expect(await findDownloadsFolder({ ...place, environment: { XDG_DOWNLOAD_DIR: "/d" } })).toBe("/d");
  expect(await findDownloadsFolder({ ...place, platform: "darwin" })).toBe(join(folder, "Downloads"));
});

describeWithOpenssl("certificates and requests", () => {
  const workshop = new OpensslWorkspace();
  afterAll(() => workshop.close());
  const subject = "/UID=com.apple.mgmt.External.1/CN=APSP:1/C=US";

  test("uses the certificate that begins last, and ignores other files in the folder", async () => {
    const old = workshop.certificate({ subject, from: "20250301050000Z", to: "20290301050000Z" });
    const renewed = workshop.certificate({ subject, from: "20260301050000Z", to: "20270301050000Z" });
    const foreign = workshop.certificate({ subject: "/CN=www.example.jp", from: "20260901050000Z" });
    copyFileSync(old.certificateFile, join(folder, "MDM_i3Systems,Inc._Certificate.pem"));
    copyFileSync(renewed.certificateFile, join(folder, "MDM_i3Systems,Inc._Certificate (1).pem"));
    copyFileSync(foreign.certificateFile, join(folder, "MDM_i3Systems,Inc._Certificate (2).pem"));
    copyFileSync(foreign.certificateFile, join(folder, "other.pem"));
    const { found, aside } = await findDownload(folder, "push-certificate");
    expect(found?.name).toBe("MDM_i3Systems,Inc._Certificate (1).pem");
    expect(aside.map(({ name, why }) => [name, why.en])).toEqual([
      ["MDM_i3Systems,Inc._Certificate.pem", "older than another file"],
      ["MDM_i3Systems,Inc._Certificate (2).pem", "unexpected content"],
    ]);
  });

  test("uses the newest file for a request, which contains no time", async () => {
    const request = workshop.request(workshop.key("ec"), "/CN=example.jp/C=JP");
    for (const [name, at] of [
      ["CertificateSigningRequest.csr", 2000],
      ["CertificateSigningRequest (1).csr", 3000],
      ["CertificateSigningRequest (2).csr", 1000],
    ] as const) {
      copyFileSync(request, join(folder, name));
      utimesSync(join(folder, name), at, at);
    }
    const { found, aside } = await findDownload(folder, "signing-request");
    expect(found?.name).toBe("CertificateSigningRequest (1).csr");
    expect(aside).toHaveLength(2);
  });
});
