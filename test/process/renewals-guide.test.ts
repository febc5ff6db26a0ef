import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithOpenssl, OpensslWorkspace, type IssuedCertificate } from "#support/apple/openssl.ts";
import type { RenewalItem } from "../../src/lib/client/index.ts";
import { run as runHere } from "#support/cli/home.ts";
import { freshHome, startOnTerminal, type TerminalProgram } from "#support/process/program.ts";

const UP = "\u001b[A";
const ENTER = "\r";

/** What the screen shows once a question can be answered. */
const READY = [
  "Enter to select",
  "Enter で決定",
  "(Y/n)",
  "Who signed in to",
  "Expiry date that the console shows now",
];

/** Waits for a question below what was shown, and answers it. */
async function answer(desk: TerminalProgram, shown: string, keys: string): Promise<void> {
  for (;;) {
    const screen = await desk.shows(shown);
    const below = screen.slice(screen.lastIndexOf(shown));
    if (READY.some((ready) => below.includes(ready))) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  desk.type(keys);
}

describeWithOpenssl("a push certificate", () => {
  let workshop: OpensslWorkspace;
  let old: IssuedCertificate;
  let key = "";

  const topic = (uuid: string): string => `/UID=com.apple.mgmt.External.${uuid}/CN=APSP:${uuid}/C=US`;
  const day = (days: number): string =>
    `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  const fresh = { from: day(-1), to: day(364) };

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    old = workshop.certificate({ subject: topic("1"), from: day(-345), to: day(20) });
    key = workshop.key();
  });
  afterAll(() => workshop.close());

  async function homeWithItem(): Promise<{ home: string; downloads: string }> {
    const home = await freshHome();
    const downloads = join(home, "Downloads");
    await mkdir(downloads);
    await runHere(["renewals", "add", "本社", "--file", old.certificateFile], { home });
    await copyFile(old.certificateFile, join(downloads, "MDM_i3Systems,Inc._Certificate.pem"));
    await copyFile(workshop.request(key, "/CN=example.jp/C=JP"), join(downloads, "CertificateSigningRequest.csr"));
    return { home, downloads };
  }

  const recorded = async (home: string): Promise<RenewalItem | undefined> =>
    (JSON.parse((await runHere(["renewals", "list", "--format", "json"], { home })).text) as RenewalItem[])[0];

  test("the guide leads to the renewal: the newest download is found, checked and recorded", async () => {
    const { home, downloads } = await homeWithItem();
    const renewed = workshop.certificate({ subject: topic("1"), ...fresh }, key);
    await copyFile(renewed.certificateFile, join(downloads, "MDM_i3Systems,Inc._Certificate (1).pem"));
    const desk = startOnTerminal(["renewals", "guide", "本社", "--interactive"], { home });
    for (const step of ["1. ", "Have you downloaded CertificateSigningRequest.csr?", "3. "])
      await answer(desk, step, ENTER);
    await answer(desk, "Certificate.pem?", ENTER);
    await desk.shows("skipped: MDM_i3Systems,Inc._Certificate.pem (older than another file)");
    await desk.shows("the public key matches the CSR");
    await answer(desk, "Check these points yourself", UP + ENTER);
    for (const step of ["5. ", "6. ", "7. ", "8. "]) await answer(desk, step, ENTER);
    await answer(desk, "Record 本社", ENTER);
    const expiresAt = new Date(workshop.endOf(renewed)).toISOString();
    await answer(desk, "Expiry date that the console shows now", `${expiresAt.slice(0, 10)}${ENTER}`);
    const { code, screen } = await desk.ended;
    expect(code, screen).toBe(0);
    const item = await recorded(home);
    expect(item).toMatchObject({ topic: "com.apple.mgmt.External.1", expiresAt });
    expect(item?.source).toBe(join(downloads, "MDM_i3Systems,Inc._Certificate (1).pem"));
  });
});
