import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { getTestActor } from "#support/tenant/administrator.ts";
import { openForEachTest, type TestTenant } from "#support/tenant/tenant.ts";
import { freshFolder, runInBoth, run, type Circumstances, type Typing } from "#support/commands/program.ts";

const ACTOR = getTestActor("hanako");

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  tenant.addAdministrator("hanako");
  await tenant.client.tenant.set({ ios: false, macos: false, android: false, contactName: "花子" });
});

const here = (): Circumstances => ({ home: freshFolder(), tenant: tenant.fetch });

const typing = (...keys: readonly Typing[]): Circumstances => ({ ...here(), terminal: { typing: keys } });

const answers = async (): Promise<readonly string[]> =>
  (await tenant.client.answers.list()).map(({ question, value, by }) => `${question}=${value} ${by}`);

const withFile = (content: string): Circumstances => {
  const folder = freshFolder();
  writeFileSync(join(folder, "answers.csv"), content);
  return { ...here(), folder };
};

/** What was shown, without blanks: a terminal breaks lines anywhere. */
const unwrapped = ({ stderr }: { readonly stderr: string }): string => stderr.replaceAll(/\s+/g, "");

describe("asked one by one", () => {
  test("each answer is kept at once, a blank leaves a question open, and stopping loses nothing", async () => {
    const ran = await run(
      "handover answer rules",
      typing(
        ["rules for lost devices", "wiki\r"],
        ["rules for broken devices", "\r"],
        ["for replaced devices", "\u0003"],
      ),
    );
    expect(ran).toMatchObject({ exit: 130, stderr: expect.stringContaining("the change was made") });
    expect(await answers()).toEqual([`rules.lost=wiki ${ACTOR}`]);
  });

  test("shows the former answer, and takes a date or a choice in several forms", async () => {
    await tenant.client.answers.set({ answers: [{ question: "contact.confirmed", value: "2026-01-01", by: "前任" }] });
    const again = await run("handover answer contact.confirmed --by 後任", typing(["last checked", "2026/4/1\r"]));
    expect(again).toMatchObject({ exit: 0 });
    expect(unwrapped(again)).toContain("[currentanswer:2026-01-01,前任,");
    const read = await run("handover answer administrators --lang ja", typing(["はい/いいえ", "はい\r"]));
    expect(read).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`administrators.mailbox=yes ${ACTOR}`, "contact.confirmed=2026-04-01 後任"]);
  });

  test("what only people know of the set-up is asked with its choices", async () => {
    await run("handover answer onboarding.login yes", here());
    const ran = await run("handover answer onboarding.way", typing(["(purchased/manual/", "manual\r"]));
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`onboarding.login=yes ${ACTOR}`, `onboarding.way=manual ${ACTOR}`]);
  });

  test("a date in the future is refused, whether typed or from a file", async () => {
    const ran = await run(
      "handover answer contact.confirmed",
      typing(
        ["last checked", "2099-01-01\r"],
        ["2099-01-01 is in the future; enter today or an earlier day", "\u00152026-04-01\r"],
      ),
    );
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`contact.confirmed=2026-04-01 ${ACTOR}`]);
    const ahead = withFile("question,value\ncontact.confirmed,2099-01-01\n");
    const { en } = await runInBoth("handover answer --file answers.csv", ahead);
    expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("answers.csv:2") });
    expect(en.stderr).toContain("2099-01-01 is in the future; enter today or an earlier day");
    expect(await answers()).toEqual([`contact.confirmed=2026-04-01 ${ACTOR}`]);
  });

  test("reports an unknown question, and without a terminal the option for answers", async () => {
    const { en } = await runInBoth("handover answer bogus", here());
    expect(en).toMatchObject({ exit: 6, stderr: expect.stringContaining("clomoctl handover checklist --full") });
    const silent = await run("handover answer", here());
    expect(silent).toMatchObject({ exit: 2, stderr: expect.stringContaining("VALUE") });
  });
});

describe("a text that looks like a password", () => {
  test.each([
    ["push-certificate.password-place Minato2026!", "push-certificate.password-place"],
    ["rules.lost wiki --by Minato2026!", "--by"],
    ["--file answers.csv", "rules.lost"],
  ])("is a warning without a terminal: %s", async (words, place) => {
    const given = withFile("question,value,by\npush-certificate.holder,佐藤,\nrules.lost,Minato2026!,前任\n");
    const { stderr } = await run(`handover answer ${words} --lang en`, given);
    expect(stderr).toContain(`warning: ${place} looks like a password`);
    expect(stderr).not.toContain("Minato2026!");
    expect((await run(`handover answer ${words} --yes`, given)).stderr).not.toContain("like a password");
  });

  test("is asked again after a no, until a place is named", async () => {
    const ran = await run(
      "handover answer rules",
      typing(
        ["rules for lost devices", "Minato2026!\r"],
        ["looks like a password", "n\r"],
        ["rules for lost devices", "safe\r"],
        ["rules for broken devices", "wiki\r"],
        ["for replaced devices", "\r"],
      ),
    );
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`rules.broken=wiki ${ACTOR}`, `rules.lost=safe ${ACTOR}`]);
  });
});

describe("without being asked", () => {
  const CONTENT = "質問,値,回答者\npush-certificate.holder,佐藤,前任\ncontact.confirmed,,\nrules.lost,wiki,前任\n";

  test("records the answer to a question", async () => {
    expect(await run("handover answer push-certificate.holder 佐藤 --by 前任", here())).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual(["push-certificate.holder=佐藤 前任"]);
    expect(await run("handover answer contact.confirmed soon", here())).toMatchObject({ exit: 2 });
  });

  test("records all answers of a sheet, from a file or stdin", async () => {
    const { exit, stdout } = await run("handover answer --file answers.csv --format json", withFile(CONTENT));
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ question: "push-certificate.holder" }, { question: "rules.lost" }]);
    expect(await answers()).toEqual(["push-certificate.holder=佐藤 前任", "rules.lost=wiki 前任"]);
    const stdin = CONTENT.replace("回答者", "回答者,at");
    const again = await run("handover answer --file - --by 後任", { ...here(), stdin });
    expect(again).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual(["push-certificate.holder=佐藤 後任", "rules.lost=wiki 後任"]);
  });

  test("reads back the checklist as a workbook, in which only a filled-in value is an answer", async () => {
    const place = { ...here(), folder: freshFolder() };
    await tenant.client.answers.set({ answers: [{ question: "push-certificate.holder", value: "佐藤", by: "前任" }] });
    await run("handover checklist --format xlsx -o sheet.xlsx --lang ja", place);
    const ran = await run("handover answer --file sheet.xlsx --by 後任", place);
    expect(ran).toMatchObject({ exit: 0, stdout: "" });
    expect(await answers()).toEqual(["push-certificate.holder=佐藤 前任"]);
  });

  test("an older sheet never changes back a newer answer, and the author in the sheet is kept", async () => {
    const place = { ...here(), folder: freshFolder() };
    const change = (value: string) =>
      tenant.client.answers.set({ answers: [{ question: "rules.lost", value, by: "前任" }] });
    const sheet = async (): Promise<string> => (await run("handover checklist --format csv", place)).stdout;
    const give = (content: string) => run("handover answer --file -", { ...place, stdin: content });
    await change("wiki");
    const older = await sheet();
    tenant.surroundings.time += 60_000;
    await change("intra");
    const refused = await give(older);
    expect(refused).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(/^stdin:\d+: the answer recorded for rules\.lost is newer/m),
    });
    expect(await answers()).toEqual(["rules.lost=intra 前任"]);
    const newer = await sheet();
    expect(await give(newer.replace("intra", "portal"))).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`rules.lost=portal ${ACTOR}`]);
    expect(await give((await sheet()).replace(`portal,${ACTOR}`, "folder,鈴木"))).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual(["rules.lost=folder 鈴木"]);
  });

  test("names every row with a value that is no answer", async () => {
    const place = { ...here(), folder: freshFolder() };
    const { stdout } = await run("handover checklist --format csv", place);
    const stdin = `${stdout.replace(/(no-support|gap,,,[^,]*,)/, "$1後で")}rules,gap,,rules.bogus,,x,,,\nrules,gap,,,,y,,,\n`;
    const { exit, stderr } = await run("handover answer --file -", { ...place, stdin });
    expect(exit).toBe(3);
    expect(stderr).toMatch(/^stdin:\d+: no question is named "rules\.bogus"$/m);
    expect(stderr.match(/^stdin:\d+: this row is not a question/gm)).toHaveLength(2);
    expect(stderr).toContain("3 wrong rows; nothing was recorded");
    expect(await answers()).toEqual([]);
  });

  test.each([
    [20, ""],
    [21, "… 21 errors in total"],
  ])("of %i wrong rows, 20 are named", async (count, total) => {
    const refused = await run(
      "handover answer --file answers.csv",
      withFile(CONTENT + "rules.bogus,x,\n".repeat(count)),
    );
    expect(refused.stderr.match(/rules\.bogus/g)).toHaveLength(20);
    expect(/^… .*/m.exec(refused.stderr)?.[0] ?? "").toBe(total);
  });

  test.each([
    [`${CONTENT}contact.confirmed,soon,\n`, "answers.csv:5"],
    [`${CONTENT}push-certificate.holder,鈴木,\n`, "answers.csv:5"],
    [`${CONTENT}rules.bogus,x,\n`, "answers.csv:5"],
    ["question,answer\npush-certificate.holder,佐藤\n", "answers.csv:1"],
  ])("refuses %j with its line before anything is kept, and a dry run keeps nothing", async (content, where) => {
    const refused = await run("handover answer --file answers.csv", withFile(content));
    expect(refused).toMatchObject({ exit: 3, stderr: expect.stringContaining(where) });
    expect(await run("handover answer --file answers.csv --dry-run --lang en", withFile(CONTENT))).toMatchObject({
      exit: 0,
      stderr: "dry run: nothing was changed\n",
    });
    expect(await answers()).toEqual([]);
  });
});
