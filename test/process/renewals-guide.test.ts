import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithOpenssl, Workshop, type Made } from "#support/apple/openssl.ts";
import type { RenewalItem } from "../../src/lib/client/index.ts";
import { freshHome, run, startOnTerminal, type OnTerminal } from "#support/process/program.ts";

const UP = "\u001b[A";
const ENTER = "\r";

test("the steps as text, as data, and as pages to print", async () => {
  const home = await freshHome();
  const spoken = await run(["renewals", "guide", "push-certificate"], { home, env: { CLOMOCTL_LANG: "ja" } });
  expect(spoken.text).toMatch(/^更新の手順: MDM プッシュ通知証明書\n[^]+「続きから始める」/);
  const listed = await run(["renewals", "guide", "vpp-token", "--format", "json"], { home });
  const steps = JSON.parse(listed.text) as { id: string; waitsFor: string | null }[];
  expect(steps.map(({ id }) => id)).toContain("save");
  expect(steps.find(({ id }) => id === "download")?.waitsFor).toBe("vpp-token");
  const page = join(home, "guide.html");
  expect(await run(["renewals", "guide", "ade-token", "--format", "html", "-o", page], { home })).toMatchObject({
    code: 0,
  });
  expect(await readFile(page, "utf8")).toMatch(/^<!DOCTYPE html>[^]+Content-Security-Policy/);
  const marked = await run(["renewals", "guide", "android-owner", "--format", "markdown"], { home });
  expect(marked.text).toMatch(/^# How to renew: Android Enterprise owner account\n[^]+1\. \[ \] /);
});

test("what is recorded of an item is named", async () => {
  const home = await freshHome();
  const item = ["--kind", "push-certificate", "--account", "push@example.jp", "--phone-holder", "safe <b>"];
  await run(["renewals", "add", "本社", ...item, "--expires", "2027-03-01"], { home });
  for (const name of ["本社", "push-certificate"]) {
    const { text } = await run(["renewals", "guide", name], { home });
    expect(text).toContain("the Apple Account push@example.jp");
    expect(text).toContain("expires on: 2027-03-01");
    expect(text).toContain("safe <b>");
  }
  expect((await run(["renewals", "guide", "大阪"], { home })).code).toBe(6);
});

test.each([
  [["--interactive"], /needs a terminal[^]+renewals verify --current OLD --new NEW/],
  [["--format", "html", "--fields", "id"], /do not go with --format html/],
  [["--downloads", "."], /require --interactive/],
])("%s is a usage error that says what to do", async (options, said) => {
  const { code, stderr } = await run(["renewals", "guide", "ade-token", ...options], { home: await freshHome() });
  expect(code).toBe(2);
  expect(stderr).toMatch(said);
});

test("a yearly login is walked through and recorded; Ctrl-C before the end records nothing", async () => {
  const home = await freshHome();
  await run(["renewals", "add", "第一所有者", "--kind", "android-owner", "--last-login", "2026-04-01"], { home });
  const items = async (): Promise<RenewalItem[]> =>
    JSON.parse((await run(["renewals", "list", "--format", "json"], { home })).text) as RenewalItem[];
  const [before] = await items();
  const left = startOnTerminal(["renewals", "guide", "第一所有者", "--interactive"], { home });
  await answer(left, "1. ", ENTER);
  await left.shows("2. ");
  left.type("\u0003");
  expect((await left.ended).code).toBe(130);
  expect(await items()).toEqual([before]);
  const walked = startOnTerminal(["renewals", "guide", "第一所有者", "--interactive"], { home });
  for (const step of ["1. ", "2. ", "3. "]) await answer(walked, step, ENTER);
  await answer(walked, "Record the login", ENTER);
  await answer(walked, "Who signed in", `${"\u0008".repeat(40)}髙橋${ENTER}`);
  expect((await walked.ended).code).toBe(0);
  expect((await items())[0]).toMatchObject({ confirmedBy: "髙橋", name: "第一所有者" });
});

/** What the screen shows once a question can be answered. */
const READY = ["Enter choose", "Enter で決定", "(Y/n)", "Who signed in to", "Expiry date that the console shows now"];

/** Waits for a question below what was shown, and answers it. */
async function answer(desk: OnTerminal, shown: string, keys: string): Promise<void> {
  for (;;) {
    const screen = await desk.shows(shown);
    const below = screen.slice(screen.lastIndexOf(shown));
    if (READY.some((ready) => below.includes(ready))) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  desk.type(keys);
}

describeWithOpenssl("a push certificate", () => {
  let workshop: Workshop;
  let old: Made;
  let key = "";

  const topic = (uuid: string): string => `/UID=com.apple.mgmt.External.${uuid}/CN=APSP:${uuid}/C=US`;
  const day = (days: number): string =>
    `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19).replaceAll(/[-:T]/g, "")}Z`;
  const fresh = { from: day(-1), to: day(364) };

  beforeAll(() => {
    workshop = new Workshop();
    old = workshop.certificate({ subject: topic("1"), from: day(-345), to: day(20) });
    key = workshop.key();
  });
  afterAll(() => workshop.close());

  async function homeWithItem(): Promise<{ home: string; downloads: string }> {
    const home = await freshHome();
    const downloads = join(home, "Downloads");
    await mkdir(downloads);
    await run(["renewals", "add", "本社", "--file", old.certificateFile], { home });
    await copyFile(old.certificateFile, join(downloads, "MDM_i3Systems,Inc._Certificate.pem"));
    await copyFile(workshop.request(key, "/CN=example.jp/C=JP"), join(downloads, "CertificateSigningRequest.csr"));
    return { home, downloads };
  }

  const recorded = async (home: string): Promise<RenewalItem | undefined> =>
    (JSON.parse((await run(["renewals", "list", "--format", "json"], { home })).text) as RenewalItem[])[0];

  test("is walked to its renewal: the newest download is found, judged and recorded", async () => {
    const { home, downloads } = await homeWithItem();
    const renewed = workshop.certificate({ subject: topic("1"), ...fresh }, key);
    await copyFile(renewed.certificateFile, join(downloads, "MDM_i3Systems,Inc._Certificate (1).pem"));
    const desk = startOnTerminal(["renewals", "guide", "本社", "--interactive"], { home });
    for (const step of ["1. ", "Have you downloaded CertificateSigningRequest.csr?", "3. "])
      await answer(desk, step, ENTER);
    await answer(desk, "Certificate.pem?", ENTER);
    await desk.shows("skipped: MDM_i3Systems,Inc._Certificate.pem (older)");
    await desk.shows("public key matches the CSR");
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

  test.each([
    ["en", "another topic", "2", "WRONG", "every enrolled device would stop responding"],
    ["ja", "another topic", "2", "不可", "アップロードすると、登録済みの全デバイスが応答しなくなり"],
    ["en", "another request", "1", "WRONG", "made from a different CSR"],
    ["ja", "another request", "1", "不可", "別の CSR ファイルから作られています"],
  ])("in %s, one of %s is refused, and nothing is recorded", async (language, _, uuid, mark, said) => {
    const { home, downloads } = await homeWithItem();
    const before = await recorded(home);
    const wrong = workshop.certificate({ subject: topic(uuid), ...fresh }, uuid === "1" ? workshop.key() : key);
    await copyFile(wrong.certificateFile, join(downloads, "MDM_i3Systems,Inc._Certificate (1).pem"));
    const env = { CLOMOCTL_LANG: language };
    const desk = startOnTerminal(["renewals", "guide", "本社", "--interactive"], { home, env });
    const downloaded = (file: string): string => (language === "en" ? `${file}?` : `${file} をダウンロードしましたか?`);
    await answer(desk, "1. ", ENTER);
    await answer(desk, downloaded("Request.csr"), ENTER);
    await answer(desk, "3. ", ENTER);
    await answer(desk, downloaded("Certificate.pem"), ENTER);
    await desk.shows(mark);
    const shown = await desk.shows(language === "en" ? "Try again" : "やり直してから");
    expect(shown.replaceAll(/\s/g, "")).toContain(said.replaceAll(" ", ""));
    desk.type(UP + ENTER);
    const { code, screen } = await desk.ended;
    expect(code, screen).toBe(3);
    expect(await recorded(home)).toEqual(before);
  });

  test("a file beside it that is no certificate is left aside, and the search goes on", async () => {
    const { home, downloads } = await homeWithItem();
    await writeFile(join(downloads, "CertificateSigningRequest.csr"), "broken");
    const desk = startOnTerminal(["renewals", "guide", "本社", "--interactive"], { home });
    await answer(desk, "1. ", ENTER);
    await answer(desk, "Request.csr?", ENTER);
    await desk.shows("skipped: CertificateSigningRequest.csr");
    await desk.shows("no readable CertificateSigningRequest.csr");
    desk.type("\u0003");
    expect((await desk.ended).code).toBe(130);
  });
});
