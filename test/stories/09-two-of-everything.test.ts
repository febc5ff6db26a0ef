import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFile, chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { findProposals } from "./support/proposals.ts";
import { listReminders, Mailbox } from "./support/reminders.ts";
import { Story, story, type StorySettings } from "./support/story.ts";
import { typed, writeTyped } from "./support/typed.ts";
import * as w from "./words.ts";

const NOW = new Date("2026-11-28T00:05:00Z");
const GMAIL = "第一所有者";
const EVERYBODY = "it@example.jp";

const SETTINGS: StorySettings = { fill: typed };

/** A crontab in a file, as cron's own program keeps it. */
const CRONTAB = `#!/bin/sh
case "$1" in
  -l) cat "$STORY_CRONTAB" 2>/dev/null || { echo "no crontab for k" >&2; exit 1; } ;;
  -r) rm -f "$STORY_CRONTAB" ;;
  *) cat > "$STORY_CRONTAB" ;;
esac
`;

/** Returns what identifies the content of all files of a home. */
async function fingerprint(home: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const path of paths.toSorted()) hash.update(path).update(await readFile(path));
  return hash.digest("hex");
}

/** A tenant with an owner account that is due in 22 days. */
async function addCustomer(s: Story, context: string): Promise<void> {
  await writeTyped(s);
  await s.run(w.addTenant(context));
  const login = ["--kind", "android-owner", "--last-login", "2025-12-20"];
  await s.run(w.renewals.add(GMAIL, ...login, "--context", context), { tried: false });
}

story(
  "two homes on a computer do not touch each other, and both are watched every day",
  async (first) => {
    const second = new Story(first.path("second"), SETTINGS);
    await mkdir(second.folder);
    const mailbox = await Mailbox.open(first.home, [EVERYBODY]);
    await mailbox.serve(second.home, ["office@example.jp"]);
    for (const s of [first, second]) s.setClock(NOW);
    for (const context of ["minato", "aoba"]) await addCustomer(first, context);
    const before = await fingerprint(first.home);
    await addCustomer(second, "office");
    await second.write("list.csv", "氏名,メールアドレス\n甲,a@example.jp\n");
    await second.run(w.users.import("list.csv", "--yes"));
    await second.run(w.undo("last", "--confirm-deletions", "1", "--yes"));
    expect(await fingerprint(first.home)).toBe(before);

    const crontab = await first.write("crontab", "5 4 * * * true\n");
    const programs = first.path("programs");
    await mkdir(programs);
    await writeFile(join(programs, "crontab"), CRONTAB);
    await chmod(join(programs, "crontab"), 0o755);
    const PATH = [programs, dirname(process.execPath), process.env["PATH"]].join(":");
    for (const [s, at] of [
      [first, "09:00"],
      [second, "08:00"],
    ] as const) {
      const line = await w.scheduleDaily(s, at, { PATH, STORY_CRONTAB: crontab });
      if (line !== undefined) await appendFile(crontab, `${line}\n`);
    }
    // what cron does in a day, each line with nothing but its own environment
    const lines = (await readFile(crontab, "utf8")).split("\n").filter((line) => /^\d/.test(line));
    expect(lines[0]).toBe("5 4 * * * true");
    const commands = lines.map((line) => line.split(" ").slice(5).join(" "));
    const environment = { ...first.environment(), PATH, HOME: first.folder };
    const runDay = async (): Promise<string[]> => {
      for (const command of commands) await once(spawn("/bin/sh", ["-c", command], { env: environment }), "close");
      const names = ["minato", "aoba", "office"];
      return mailbox
        .take()
        .filter(({ text }) => w.isReminder(text))
        .flatMap(({ to, text }) => names.filter((name) => text.includes(name)).map((name) => `${to} ${name}`));
    };
    const everybody = [`${EVERYBODY} minato`, `${EVERYBODY} aoba`];
    expect(await runDay()).toEqual([...everybody, "office@example.jp office"]);
    expect(await runDay()).toEqual([]);
  },
  SETTINGS,
);

story(
  "four daily runs at the same time remind everybody once",
  async (s) => {
    s.setClock(NOW);
    const mailbox = await Mailbox.open(s.home, [EVERYBODY, "ops@example.jp"]);
    for (const context of ["minato", "aoba"]) await addCustomer(s, context);
    const ended = await Promise.all(Array.from({ length: 4 }, () => s.start(w.sendReminders).ended));
    for (const { code } of ended) expect([1, 2]).toContain(code);
    await w.runMorning(s);
    const mails = mailbox.take().filter(({ text }) => w.isReminder(text));
    // both customers' items have the same name
    expect(listReminders(mails, [{ context: "minato", kind: "android-owner", name: GMAIL }])).toHaveLength(2);
    for (const context of ["minato", "aoba"])
      expect(mails.filter(({ text }) => text.includes(context))).toHaveLength(2);
    await w.runMorning(s);
    expect(mailbox.take()).toEqual([]);
  },
  SETTINGS,
);

story(
  "two customers' items and people have the same names, and each command changes one customer",
  async (s) => {
    s.setClock(NOW);
    for (const context of ["minato", "aoba"]) await addCustomer(s, context);
    const here = (context: string): readonly string[] => ["--context", context];
    await s.run(w.context.use("minato"));
    const names = [GMAIL, "APSP:0322a1c4-9f0e-4c1b-8d7a-2b1c3d4e5f60", "a:b", 'it\'s "本社" $HOME'];
    for (const name of names) {
      if (name !== GMAIL) {
        for (const context of ["minato", "aoba"]) {
          await s.run(w.renewals.add(name, "--kind", "push-certificate", "--expires", "2026-12-20", ...here(context)), {
            tried: false,
          });
        }
      }
      // somebody who looks at it for the first time, on a screen and on paper
      const person = new Story(s.folder, SETTINGS);
      person.setClock(NOW);
      await person.run(w.renewals.guide(name, ...here("aoba")));
      await person.run(w.renewals.guide(name, "-o", "guide.txt", "--overwrite", ...here("aoba")));
      for (const proposal of findProposals(String(await person.read("guide.txt")))) await person.try(proposal, "aoba");
      await person.run(w.renewals.renew(name, ...here("aoba")), { code: 2 });
    }

    await s.write("list.csv", "氏名,メールアドレス,役職\n甲,a@example.jp,係長\n乙,b@example.jp,係長\n");
    await s.write("later.csv", "氏名,メールアドレス,役職\n甲,a@example.jp,課長\n丙,c@example.jp,係長\n");
    for (const context of ["minato", "aoba"]) await s.run(w.users.import("list.csv", "--yes", ...here(context)));
    const state = async (context: string): Promise<unknown> => [
      await s.json(w.users.list(...here(context)), { tried: false }),
      (await w.renewalItems(s)).filter((item) => item.context === context),
      await w.lastChange(s, context),
    ];
    const [minato, aoba] = [await state("minato"), await state("aoba")];
    // no terminal, several customers and none named: a command in a script does not guess
    await s.run(w.users.edit("a@example.jp", "--title", "部長"), { code: 2 });
    await s.run(w.renewals.signedIn(GMAIL, "2026-11-27"), { code: 2 });
    await s.run(w.users.import("later.csv", "--yes"), { code: 2 });
    expect([await state("minato"), await state("aoba")]).toEqual([minato, aoba]);

    await s.run(w.renewals.signedIn(GMAIL, "2026-11-27", ...here("aoba")));
    await s.run(w.users.import("later.csv", "--yes"), { env: { CLOMOCTL_CONTEXT: "aoba" }, tenant: "aoba" });
    const imported = await w.lastChange(s, "aoba");
    await s.run(w.users.edit("b@example.jp", "--title", "部長", ...here("aoba")));
    expect(await state("minato")).toEqual(minato);
    expect(await titles(s, "aoba")).toEqual({ "a@example.jp": "課長", "b@example.jp": "部長", "c@example.jp": "係長" });
    await s.run(w.undo("last", "--yes", ...here("aoba")));
    await s.run(w.undo(`${imported}`, "--confirm-deletions", "1", "--yes", ...here("aoba")));
    expect(await state("minato")).toEqual(minato);
    expect(await titles(s, "aoba")).toEqual({ "a@example.jp": "係長", "b@example.jp": "係長" });
  },
  SETTINGS,
);

/** Returns the titles of a tenant's users by address. */
async function titles(s: Story, context: string): Promise<Record<string, string>> {
  const users = await s.json<{ emails: string[]; title: string }[]>(w.users.list("--context", context), {
    tried: false,
  });
  return Object.fromEntries(users.map(({ emails, title }) => [emails[0] ?? "", title]));
}
