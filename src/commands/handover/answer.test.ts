import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { getTestActor } from "#support/tenant/administrator.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { createTestMachine } from "#support/commands/renewals/machine.ts";
import { freshFolder, runInBoth, run, type Circumstances, type Typing } from "#support/commands/program.ts";

const ACTOR = getTestActor("hanako");

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  tenant.addAdministrator("hanako");
  await tenant.client.tenant.set({ ios: false, macos: false, android: false, contactName: "花子" });
});
afterEach(() => tenant.close());

const here = (): Circumstances => ({ ...createTestMachine().circumstances, tenant: tenant.fetch });

const typing = (...keys: readonly Typing[]): Circumstances => ({ ...here(), terminal: { typing: keys } });

const answers = async (): Promise<readonly string[]> =>
  (await tenant.client.answers.list()).map(({ question, value, by }) => `${question}=${value} ${by}`);

/** A folder with a file of answers. */
const withFile = (content: string): Circumstances => {
  const folder = freshFolder();
  writeFileSync(join(folder, "answers.yaml"), content);
  return { ...here(), folder };
};

/** What was shown, without blanks: a terminal breaks lines anywhere. */
const unwrapped = ({ stderr }: { readonly stderr: string }): string => stderr.replaceAll(/\s+/g, "");

describe("asked one by one", () => {
  test("each answer is kept at once, a blank leaves a question open, and stopping loses nothing", async () => {
    const ran = await run(
      "handover answer rules.lost",
      typing(
        ["Where are the rules for lost devices?", "wiki\r"],
        ["Who maintains the rules for lost devices?", "\r"],
        ["When were the rules for lost devices last reviewed? (YYYY-MM-DD; leave blank", "\u0003"],
      ),
    );
    expect(ran.exit).toBe(130);
    expect(ran.stderr).toContain("the answers so far are recorded");
    expect(ran.stderr).toMatch(
      new RegExp(
        `^author of the answers: ${ACTOR}; to record another author:\\s+clomoctl handover answer --by NAME$`,
        "m",
      ),
    );
    expect(await answers()).toEqual([`rules.lost.document=wiki ${ACTOR}`]);
  });

  test("shows the former answer, asks again after a wrong form, and asks what follows", async () => {
    await tenant.client.answers.set({
      answers: [{ question: "rules.lost.reviewed", value: "2026-01-01", by: "前任" }],
    });
    const again = await run(
      "handover answer rules.lost.reviewed --by 後任",
      typing(["reviewed? (leave blank to keep the a\nnswer)", "2026/4/1\r"]),
    );
    expect(again).toMatchObject({ exit: 0 });
    expect(unwrapped(again)).toContain("[currentanswer:2026-01-01,前任,");
    expect(again.stderr).toContain("author of the answers: 後任");
    expect(await answers()).toEqual(["rules.lost.reviewed=2026-04-01 後任"]);
    const mfa = await run(
      "handover answer administrators --lang ja",
      typing(
        ["だれですか", "花子\r"],
        ["多要素認証を使っていますか", "はい\r"],
        ["バックアップコードはどこ", "金庫\r"],
      ),
    );
    expect(mfa).toMatchObject({ exit: 0 });
    expect(mfa.stderr).toContain(`回答者として ${ACTOR} を記録します`);
    expect(await answers()).toContain(`administrators.backup-codes=金庫 ${ACTOR}`);
  });

  test("a question names its account and what a blank does", async () => {
    await tenant.client.tenant.set({ ios: true });
    await tenant.client.renewals.add({ name: "本社", kind: "push-certificate", account: "push@example.jp" });
    const first = await run(
      "handover answer push-certificate.company",
      typing(["Is the Apple Account of the push", "\r"]),
    );
    expect(unwrapped(first)).toContain(
      "IstheAppleAccountofthepushcertificate(push@example.jp)acompanyaccountthatwascreatedforthispurpose,andnotapersonalaccount?",
    );
    expect(unwrapped(first)).toContain("(yes/no;leaveblanktoskip)");
    expect(await answers()).toEqual([]);
    const typed = async (key: string) =>
      run("handover answer push-certificate.company --lang ja --by 花子", typing(["プッシュ通知証明書の Apple", key]));
    await typed("はい\r");
    const again = await typed("\r");
    expect(unwrapped(again)).toContain("(はい/いいえ、空のままEnter:変更しない)[これまで:はい,花子,");
    expect(await answers()).toEqual(["push-certificate.company=yes 花子"]);
  });

  test("a date in the future is refused, whether typed or from a file", async () => {
    const ran = await run(
      "handover answer rules.lost.reviewed",
      typing(
        ["last reviewed?", "2099-01-01\r"],
        ["2099-01-01 is in the future; enter today or an earlier day", "\u00152026-04-01\r"],
      ),
    );
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([`rules.lost.reviewed=2026-04-01 ${ACTOR}`]);
    const ahead = withFile("answers:\n  - question: rules.lost.reviewed\n    value: 2099-01-01\n");
    const { en, ja } = await runInBoth("handover answer --answers answers.yaml", ahead);
    expect(en).toMatchObject({ exit: 3, stdout: "" });
    expect(en.stderr).toContain("answers.yaml:3");
    expect(en.stderr).toContain("2099-01-01 is in the future; enter today or an earlier day");
    expect(ja.stderr).toContain("2099-01-01 は未来の日付です。今日までの日付を入力してください");
    expect(await answers()).toEqual([`rules.lost.reviewed=2026-04-01 ${ACTOR}`]);
  });

  test("asks for what only the console knows, too", async () => {
    const ran = await run(
      "handover answer console --by 花子",
      typing(
        ["Which profiles are there", "\r"],
        [
          "Which profiles are installed automatically, for the whole company and by organ\nisation? (the answer, or where it is documented)",
          "全社: パスコード\r",
        ],
        ["Which apps are there", "\r"],
        ["What is each tag used for?", "社内 Wiki\r"],
        ["Who are the administrators of SECURED APPs MANAGER? (the answer, or where it i\ns documented)", "\r"],
      ),
    );
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual([
      "console.automatic-profiles=全社: パスコード 花子",
      "console.tags=社内 Wiki 花子",
    ]);
  });

  test("reports an unknown question, and without a terminal the option for answers", async () => {
    const { en, ja } = await runInBoth("handover answer bogus", here());
    expect(en).toMatchObject({ exit: 6 });
    expect(en.stderr).toContain("clomoctl handover answer --template");
    expect(ja.stderr).toContain("「bogus」という質問はありません");
    const silent = await run("handover answer", here());
    expect(silent).toMatchObject({ exit: 2 });
    expect(silent.stderr).toContain("--answers FILE");
  });
});

describe("from a file", () => {
  const CONTENT =
    "by: 前任\nanswers:\n  - question: rules.lost.owner\n    value: 佐藤\n  - question: rules.lost.document\n    value: wiki\n";

  test("keeps and shows all answers", async () => {
    const { exit, stdout } = await run("handover answer --answers answers.yaml --format json", withFile(CONTENT));
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ question: "rules.lost.owner" }, { question: "rules.lost.document" }]);
    expect(await answers()).toEqual(["rules.lost.document=wiki 前任", "rules.lost.owner=佐藤 前任"]);
  });

  test("reads answers from stdin, too", async () => {
    const ran = await run("handover answer --answers -", { ...here(), stdin: CONTENT });
    expect(ran).toMatchObject({ exit: 0 });
    expect(await answers()).toEqual(["rules.lost.document=wiki 前任", "rules.lost.owner=佐藤 前任"]);
    const wrong = await run("handover answer --answers -", { ...here(), stdin: "answers: x\n" });
    expect(wrong).toMatchObject({ exit: 3 });
    expect(wrong.stderr).toContain("stdin:1");
  });

  test("shows people their answers, how many were kept and what to type next", async () => {
    const circumstances = { ...withFile(CONTENT), terminal: { columns: 80 } };
    const { en, ja } = await runInBoth("handover answer --answers answers.yaml", circumstances);
    expect(ja.stdout).toContain("rules.lost.document");
    expect(ja.stdout.replaceAll(/\s+/g, "")).toContain("紛失時の社内ルールの管理者はだれですか?佐藤(前任)");
    expect(en.stdout.replaceAll(/\s+/g, " ")).toContain(
      "Where are the rules for lost devices? (document or link) wiki (前任)",
    );
    expect(ja.stdout).not.toContain("…");
    expect(ja.stderr).toMatch(
      /回答を \d+ 件登録しました\n不足を確認: clomoctl handover checklist\n\(変更番号 \d+\)\n$/,
    );
    expect(en.stderr).toMatch(/to see what is missing: clomoctl handover checklist\n\(change \d+\)\n$/);
  });

  test("a dry run keeps nothing, and an error is refused with its line before anything is kept", async () => {
    const dry = await runInBoth("handover answer --answers answers.yaml --dry-run", withFile(CONTENT));
    expect(dry.en).toMatchObject({ exit: 0, stderr: expect.stringContaining("dry run") });
    expect(dry.en.stdout).toContain("佐藤");
    const bad = `${CONTENT}  - question: rules.lost.reviewed\n    value: soon\n`;
    const { en, ja } = await runInBoth("handover answer --answers answers.yaml", withFile(bad));
    expect(en).toMatchObject({ exit: 3 });
    expect(en.stderr).toContain("answers.yaml:8");
    expect(ja.stderr).toContain("「soon」は日付ではありません");
    expect(await answers()).toEqual([]);
  });

  test("the template has every question, and an unchanged template answers nothing", async () => {
    const { en, ja } = await runInBoth("handover answer --template", here());
    expect(en).toMatchObject({ exit: 0 });
    expect(en.stdout).toContain("- question: rules.lost.owner");
    expect(en.stdout).toContain("- question: console.secured-administrators");
    expect(ja.stdout).toContain("== 社内ルール");
    expect(ja.stdout).toContain("== 管理画面にしかない情報");
    const none = await run("handover answer --answers answers.yaml", withFile(ja.stdout));
    expect(none).toMatchObject({ exit: 0, stdout: "" });
    expect(await answers()).toEqual([]);
  });

  test("refuses options that cannot be combined before it asks the tenant", async () => {
    const { en, ja } = await runInBoth("handover answer rules --template", here());
    expect(en).toMatchObject({ exit: 2, requests: [] });
    expect(ja.stderr).toContain("同時に指定できません");
  });
});
