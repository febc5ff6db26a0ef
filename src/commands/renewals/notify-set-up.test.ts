import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseNotifySettings } from "../../lib/renewals/notify/settings-schema.ts";
import { openChatServer, openPostOffice } from "#support/renewals/post-office.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";

const settingsOf = (home: string): string => readFileSync(join(home, "notify.yaml"), "utf8");

describe("init", () => {
  test.each(["en", "ja"])("without a terminal, writes commented settings that have no effect: %s", async (language) => {
    const home = freshFolder();
    const ran = await run(`--lang ${language} renewals notify init`, { home });
    expect(ran).toMatchObject({ exit: 0, stdout: "", requests: [] });
    expect(ran.stderr).toContain("clomoctl renewals notify test");
    expect(parseNotifySettings(settingsOf(home), "a")).toMatchObject({ language, recipients: [] });
    expect(statSync(join(home, "notify.yaml")).mode & 0o777).toBe(0o600);
    const [, commented = ""] = settingsOf(home).split("\n\n");
    const { recipients } = parseNotifySettings(commented.replaceAll(/^# /gm, ""), "a");
    expect(recipients.map(({ way }) => way)).toEqual(["mail", "webhook"]);
  });

  test("never replaces existing settings, in both languages", async () => {
    const home = freshFolder();
    writeFileSync(join(home, "notify.yaml"), "mine", { mode: 0o600 });
    const { en } = await runInBoth("renewals notify init", { home });
    expect(en).toMatchObject({ exit: 3, stderr: expect.stringContaining("the settings file already exists") });
    expect(settingsOf(home)).toBe("mine");
  });
});

describe("test", () => {
  test("sends one message through each channel, and reports failures by host, port and cause", async () => {
    const [home, office, chat] = [freshFolder(), await openPostOffice(), await openChatServer()];
    onTestFinished(async () => void (await Promise.all([office.close(), chat.close()])));
    const yaml = [
      `smtp: {host: 127.0.0.1, port: ${office.port}, security: none, from: CLOMO <a@example.jp>}`,
      "recipients:",
      "  - {name: chat, way: webhook, url-file: chat-url}",
      "  - {name: dead, way: webhook, url-file: dead-url}",
      "  - {name: none, way: webhook, url-file: none}",
      "  - {name: own, way: webhook, url-file: chat-url, contexts: ['LOC*']}",
      "  - {name: lost, way: webhook, url-file: chat-url, contexts: [local, 'x-*']}",
    ];
    writeFileSync(join(home, "notify.yaml"), yaml.join("\n"), { mode: 0o600 });
    writeFileSync(join(home, "chat-url"), chat.url, { mode: 0o600 });
    writeFileSync(join(home, "dead-url"), "http://127.0.0.1:1/SECRET", { mode: 0o600 });
    const line = "renewals notify test --fields recipient,outcome,reason";
    const { en, ja } = await runInBoth(line, { home });
    expect(en).toMatchObject({ exit: 7, requests: [] });
    expect(en.stdout.split("\n").slice(1, -1)).toEqual([
      "chat\tsent\t",
      "dead\tfailed\t127.0.0.1:1: connection refused (ECONNREFUSED)",
      expect.stringMatching(/^none\tfailed\t.*none\)$/),
      "own\tsent\t",
      "lost\tfailed\tno context matches x-*",
      "a@example.jp\tsent\t",
    ]);
    expect(en.stdout + ja.stdout).not.toContain("SECRET");
    expect(chat.posted[0]?.body).toContain("テスト送信です");
    expect(office.delivered[0]?.mail.subject).toBe("clomoctl renewals notify のテスト");
    expect(office.delivered[0]?.mail.text).toContain("テスト送信です");
    const listed = [...yaml.slice(0, 2), "  - {name: it, way: mail, address: it@example.jp}"];
    writeFileSync(join(home, "notify.yaml"), listed.join("\n"), { mode: 0o600 });
    expect((await run(line, { home })).stdout.split("\n").slice(1, -1)).toEqual(["it@example.jp\tsent\t"]);
  });

  test("requires settings with a recipient", async () => {
    const home = freshFolder();
    expect(await run("renewals notify test", { home })).toMatchObject({
      exit: 6,
      stderr: expect.stringContaining("no recipients are configured"),
    });
    writeFileSync(join(home, "notify.yaml"), "recipients: []\n", { mode: 0o600 });
    const { en } = await runInBoth("renewals notify test", { home });
    expect(en).toMatchObject({ exit: 6, stderr: expect.stringContaining("the file names no recipient") });
    expect(await run("renewals notify", { home })).toMatchObject({ exit: 2 });
  });
});
