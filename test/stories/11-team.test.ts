import { cp } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "vitest";
import { writeSecret } from "./support/bundle.ts";
import { chance } from "./support/chance.ts";
import { FULL, story, type Story } from "./support/story.ts";
import { joinTeam, startServer, stopServer, type Colleague } from "./support/team.ts";
import * as w from "./words.ts";

const PASSWORD = "Aa1-himitsu-2027";
const FILLED: Readonly<Record<string, string>> = {
  FILE: "people.csv",
  USER: "ichiro@example.jp",
  ACCOUNT: "ichiro",
  ORG: "S01",
  MAIL: "ichiro@example.jp",
  NUMBER: "1",
};
const settingsOf = (account: string) => ({
  fill: (placeholder: string, proposal: string) =>
    placeholder === "NAME" ? (proposal.includes(" clomo-account ") ? "ichiro" : "office2") : FILLED[placeholder],
  answers: w.loginAnswers(account, PASSWORD),
});
const SETTINGS = settingsOf("admin@example.jp");
const HEADER = "氏名,メールアドレス,組織コード,社員コード\n";
const PEOPLE = `${HEADER}管理者,admin@example.jp,,0001\n佐藤 一郎,ichiro@example.jp,S01,0002\n鈴木 花子,hanako@example.jp,S02,0003\n`;

/** Prepares a tenant with a system administrator, the manager of one division, and an operator of another one. */
async function prepareTenant(s: Story): Promise<void> {
  await s.write("people.csv", PEOPLE);
  await s.run(w.addTenant("office", "--use"));
  await writeSecret(s, "password.txt", PASSWORD);
  await s.run(w.serveInit("--account", "admin@example.jp", "--password-file", "password.txt"));
  await s.run(w.orgs.create("営業部", "--code", "S01"));
  await s.run(w.orgs.create("総務部", "--code", "S02"));
  await s.run(w.users.import("people.csv", "--yes"));
  const password = ["--password-file", "password.txt"];
  const division = ["--account", "ichiro", "--role", "division", "--managed-orgs", "S01"];
  await s.run(w.accounts.create("ichiro@example.jp", ...division, ...password));
  await s.run(w.accounts.create("hanako@example.jp", "--account", "hanako", "--role", "operator", ...password));
}

async function signIn(colleague: Colleague, account: string): Promise<void> {
  await writeSecret(colleague, "password.txt", PASSWORD);
  await colleague.run(w.login("--account", account, "--password-file", "password.txt"));
}

const namesOf = async (s: Story): Promise<readonly string[]> =>
  (await s.json<{ name: string }[]>(w.users.list())).map(({ name }) => name);

story(
  "three roles and a program work on one tenant; what is revoked or has expired ends",
  async (s) => {
    s.setClock(new Date("2027-02-01T01:00:00Z"));
    await prepareTenant(s);
    let server = await startServer(s);
    const join = (name: string, account = name) => joinTeam(s, name, server.url, settingsOf(account));
    const [admin, ichiro, hanako, cron] = [
      await join("admin", "admin@example.jp"),
      await join("ichiro"),
      await join("hanako"),
      await join("cron", "admin@example.jp"),
    ];

    const setClocks = (now: string): void => {
      for (const one of [s, admin, ichiro, hanako, cron]) one.setClock(new Date(now));
    };
    setClocks("2027-02-01T01:00:00Z");

    // nobody without a password
    await admin.run(w.users.list(), { code: 4 });
    await signIn(admin, "admin@example.jp");
    await signIn(ichiro, "ichiro");
    await signIn(hanako, "hanako");

    // each sees and changes what the role permits
    expect(await namesOf(admin)).toEqual(["管理者", "佐藤 一郎", "鈴木 花子"]);
    expect(await namesOf(ichiro)).toEqual(["佐藤 一郎"]);
    expect(await namesOf(hanako)).toEqual(["鈴木 花子"]);
    const create = (mail: string, org: string) => w.users.create("--name", "山田 太郎", "--email", mail, "--org", org);
    await ichiro.run(create("taro@example.jp", "S01"));
    await ichiro.run(create("jiro@example.jp", "S02"), { code: 6 });
    await ichiro.run(w.users.edit("hanako@example.jp", "--title", "課長"), { code: 6 });
    await ichiro.run(w.giveRole("ichiro", "system"), { code: 4 });
    await hanako.run(create("jiro@example.jp", "S02"), { code: 4 });
    await hanako.run(w.users.edit("hanako@example.jp", "--title", "課長"), { code: 4 });
    await hanako.run(w.giveRole("hanako", "system"), { code: 4 });
    await hanako.run(w.audit.list(), { code: 4 });
    await ichiro.run(w.renewals.add("本社", "--kind", "custom", "--expires", "2027-12-01"), { code: 4 });
    await admin.run(w.renewals.add("本社", "--kind", "custom", "--expires", "2027-12-01"));
    expect(await namesOf(s)).toEqual(["管理者", "佐藤 一郎", "鈴木 花子", "山田 太郎"]);
    const [last] = await admin.json<{ actor: string }[]>(w.audit.list("--action", "users.create", "--limit", "1"));
    expect(last?.actor).toBe("ichiro");

    // a program
    await admin.run(w.createImportingToken("nightly", "nightly-token"));
    await admin.run(w.createReadingToken("watch", "watch-token", "--expires", "1d"));
    for (const name of ["nightly-token", "watch-token"]) await cp(admin.path(name), cron.path(name));
    await cron.write("night.csv", `${PEOPLE}田中 三郎,saburo@example.jp,S02,0005\n`);
    await cron.run(w.importByToken("night.csv", "watch-token"), { code: 4 });
    expect(await namesOf(s)).toHaveLength(4);
    await cron.run(w.importByToken("night.csv", "nightly-token"));
    expect(await namesOf(s)).toEqual(["管理者", "佐藤 一郎", "鈴木 花子", "田中 三郎"]);
    await cron.run(w.renewals.check("--token-file", "watch-token"), { code: [0, 1, 2] });
    await cron.run(w.renewals.check("--token-file", "nightly-token"), { code: [0, 1, 2] });

    // revoked
    await admin.run(w.tokens.revoke("nightly"));
    await cron.write("night.csv", PEOPLE);
    await cron.run(w.importByToken("night.csv", "nightly-token"), { code: 4 });
    await admin.run(w.accounts.revoke("hanako"));
    await hanako.run(w.users.list(), { code: 4 });
    await hanako.run(w.login("--account", "hanako", "--password-file", "password.txt"), { code: 4 });
    await admin.run(w.accounts.resetPassword("ichiro", "--password-file", "password.txt"));
    await ichiro.run(w.users.list(), { code: 4 });
    expect(await namesOf(s)).toHaveLength(4);

    // expired, two days later
    const first = await stopServer(server);
    expect(first.code).toBe(0);
    for (const file of ["nightly-token", "watch-token"])
      expect(first.log).not.toContain((await admin.read(file)).toString().trim());
    expect(first.log).not.toContain(PASSWORD);
    setClocks("2027-02-03T01:00:00Z");
    server = await startServer(s, server.url);
    await cron.run(w.renewals.check("--token-file", "watch-token"), { code: 3 });
    await admin.run(w.users.list(), { code: 4 });
    await signIn(admin, "admin@example.jp");
    expect(await namesOf(admin)).toHaveLength(4);
    await admin.run(w.logout());
    await admin.run(w.users.list(), { code: 4 });
    await stopServer(server);
    await cron.run(w.importByToken("night.csv", "nightly-token"), { code: 7 });
    await s.run(w.audit.verify());
  },
  SETTINGS,
);

story(
  "a server that is killed in the middle of an import has all of it or nothing",
  async (s) => {
    const rows = FULL ? 10_000 : 4000;
    const next = chance("a server that is killed");
    await prepareTenant(s);
    let server = await startServer(s);
    const admin = await joinTeam(s, "admin", server.url, SETTINGS);
    await signIn(admin, "admin@example.jp");
    const kept = await namesOf(s);
    let count = kept.length;
    for (let night = 0; night < (FULL ? 20 : 3); night += 1) {
      const people = Array.from(
        { length: rows },
        (_, at) => `社員 ${at},p${night}-${at}@example.jp,S01,N${night}-${at}\n`,
      );
      await admin.write("many.csv", HEADER + people.join(""));
      const words = w.users.import("many.csv", "--yes", "--context", "office");
      const running = admin.start(words);
      await wait(next() * (FULL ? 4000 : 2000));
      server.running.process.kill("SIGKILL");
      await server.running.ended;
      const killed = await admin.judge(words, await running.ended, { code: [0, 7], tried: false });
      const now = (await namesOf(s)).length;
      expect([count, count + rows]).toContain(now);
      if (killed.code === 0) expect(now).toBe(count + rows);
      await s.run(w.audit.verify(), { tried: false });
      server = await startServer(s, server.url);
      await admin.run(words, { tried: false });
      count += rows;
      expect((await namesOf(s)).length).toBe(count);
    }
    await stopServer(server);
  },
  SETTINGS,
);
