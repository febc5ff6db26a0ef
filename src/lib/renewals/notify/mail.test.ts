import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { SMTPServerOptions } from "smtp-server";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { createMailer, LIST_ID, type ResolvedSmtpSettings } from "./mail.ts";
import { buildReminderMessage } from "./message.ts";
import { openPostOffice, type PostOffice } from "#support/renewals/post-office.ts";
import { createReminders } from "#support/renewals/digest.ts";
import { createSelfSignedIdentity } from "#support/client/self-signed.ts";

let office: PostOffice | undefined;
afterEach(async () => {
  await office?.close();
  office = undefined;
});

const open = async (options: SMTPServerOptions = {}): Promise<ResolvedSmtpSettings> => {
  office = await openPostOffice(options);
  return { host: "127.0.0.1", port: office.port, security: "none", from: "CLOMO 期限 <renewals@example.jp>" };
};

test.each([
  ["ja", "【年次更新・期限】", "local: MDM プッシュ通知証明書「本社」の期限は 2027-03-01(あと 30 日)"],
  ["en", "[Renewal] ", "local: MDM push certificate 本社 expires on 2027-03-01, 30 days left"],
] as const)("a mail in %s has its subject and text", async (language, begin, line) => {
  const smtp = await open();
  const digest = createReminders({ language });
  expect(
    await createMailer(smtp)("it@example.jp", { ...(await buildReminderMessage(digest)), list: LIST_ID }, language),
  ).toBeUndefined();
  const [got] = office?.delivered ?? [];
  expect(got?.to).toBe("it@example.jp");
  const mail = got?.mail;
  expect(mail?.subject).toBe(begin + line);
  expect(mail?.messageId).toBe(`<${digest.messageId}>`);
  expect(mail?.text).toContain(line);
  const header = (name: string): string | undefined => mail?.headers.get(name);
  expect(header("from")).toBe("CLOMO 期限 <renewals@example.jp>");
  expect(header("list-id")).toBe("clomoctl renewals <renewals.clomoctl.invalid>");
  expect(header("auto-submitted")).toBe("auto-generated");
  expect(header("content-language")).toBe(language);
});

test("requires STARTTLS and checks its certificate, and only then sends the password", async () => {
  const { key, cert } = createSelfSignedIdentity();
  const smtp = await open({
    key,
    cert,
    disabledCommands: [],
    authOptional: false,
    onAuth: ({ username, password }, _, done) =>
      password === "geheim1" ? done(null, { user: username }) : done(new Error(`no: ${password}`)),
  });
  const message = await buildReminderMessage(createReminders());
  const signedIn = { ...smtp, security: "starttls", user: "renewals", password: "geheim1" } as const;
  const untrusted = await createMailer(signedIn)("it@example.jp", message, "ja");
  expect(untrusted).toMatchObject({
    en: expect.stringMatching(
      /^127\.0\.0\.1:\d+: the server certificate is not trusted \(see NODE_EXTRA_CA_CERTS\) \(.*SELF/,
    ),
  });
  const authorities = getCACertificates("default");
  onTestFinished(() => setDefaultCACertificates(authorities));
  setDefaultCACertificates([...authorities, cert]);
  expect(await createMailer(signedIn)("it@example.jp", message, "ja")).toBeUndefined();
  expect(office?.delivered).toMatchObject([{ user: "renewals", secure: true }]);
  const wrong = await createMailer({ ...signedIn, password: "geheim2" })("it@example.jp", message, "ja");
  expect(wrong).toBeDefined();
  expect(JSON.stringify(wrong)).not.toContain("geheim2");
});

test("sends nothing to a server without STARTTLS if STARTTLS is required", async () => {
  const smtp = await open();
  const delivery = await createMailer({ ...smtp, security: "starttls" })(
    "it@example.jp",
    await buildReminderMessage(createReminders()),
    "ja",
  );
  expect(office?.delivered).toEqual([]);
  expect(delivery).toMatchObject({ en: expect.stringContaining("does not offer STARTTLS") });
});

test("the time limit does not keep the program running after a mail", async () => {
  const message = await buildReminderMessage(createReminders());
  const timeouts = { connectMs: 60_000, silenceMs: 60_000, wholeMs: 54_321 };
  const send = createMailer({ ...(await open()), timeouts });
  const [setting, clearing] = [vi.spyOn(globalThis, "setTimeout"), vi.spyOn(globalThis, "clearTimeout")];
  onTestFinished(() => void vi.restoreAllMocks());
  expect(await send("it@example.jp", message, "ja")).toBeUndefined();
  const at = setting.mock.calls.findIndex(([, ms]) => ms === timeouts.wholeMs);
  expect(clearing.mock.calls.flat()).toContain(setting.mock.results[at]?.value);
});

test("of a long refusal, the first 500 characters are kept", async () => {
  const smtp = await open({ onMailFrom: (_, __, done) => done(new Error("x".repeat(600))) });
  const delivery = await createMailer(smtp)("it@example.jp", await buildReminderMessage(createReminders()), "ja");
  expect(delivery).toMatchObject({ en: expect.stringMatching(/^\d{3}.{497}$/) });
});

test("a silent, trickling or missing server fails in limited time", async () => {
  const message = await buildReminderMessage(createReminders());
  const server = createServer((socket) => {
    const trickle = setInterval(() => socket.write("220-wait\r\n"), 20);
    socket.on("error", () => undefined).on("close", () => clearInterval(trickle));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const smtp: ResolvedSmtpSettings = { host: "127.0.0.1", port, security: "none", from: "a@example.jp" };
  const timeouts = { connectMs: 60_000, silenceMs: 60_000, wholeMs: 300 };
  const slow = await createMailer({ ...smtp, timeouts })("it@example.jp", message, "ja");
  expect(slow).toMatchObject({ en: `127.0.0.1:${port}: the mail server did not respond in time` });
  await new Promise((resolve) => server.close(resolve));
  expect(await createMailer(smtp)("it@example.jp", message, "ja")).toEqual({
    en: `127.0.0.1:${port}: connection refused (ECONNREFUSED)`,
    ja: `127.0.0.1:${port}: 接続を拒否されました(ECONNREFUSED)`,
  });
});
