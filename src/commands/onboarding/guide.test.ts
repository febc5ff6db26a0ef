import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { item } from "#support/commands/renewals/item.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { inTurn } from "#support/commands/tenant.ts";
import { createChecklistAnswer, buildNewTenantAnswers } from "#support/commands/onboarding/new-tenant.ts";

const NONE = createChecklistAnswer("onboarding.home.push-certificate", "none");

describe("onboarding guide", () => {
  test("shows all steps or one of them, in both languages", async () => {
    const { en, ja } = await runInBoth("onboarding guide 5", { tenant: buildNewTenantAnswers() });
    expect(en).toMatchObject({ exit: 0, stderr: "" });
    expect(en.stdout).toMatch(/^Set-up, step 5: create administrators\n/);
    expect(ja.stdout).toMatch(/^導入手順 5: 管理者を作成する\n/);
    const all = await runInBoth("onboarding guide", { tenant: buildNewTenantAnswers() });
    expect(all.en.stdout).toMatch(/^Step 12: .+ \((?:done|open|not applicable)\)\n\n1\. /m);
    expect(all.en.stdout).toContain("show one step only: clomoctl onboarding guide STEP");
    expect(all.ja.stdout).toContain("進み具合を見る: clomoctl onboarding status");
    const { stdout } = await run("onboarding guide --format json", { tenant: buildNewTenantAnswers() });
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ under: "Step 2: decide how apps are managed (open)" }),
    );
  });

  test("reports an unknown step without a request to the tenant", async () => {
    const { en, ja } = await runInBoth("onboarding guide 13", { tenant: {} });
    expect(en).toMatchObject({ exit: 2, requests: [] });
    expect(en.stderr).toContain("there is no step 13");
    expect(ja.stderr).toContain("手順 13 はありません");
  });

  test.each(["", " --format html", " --format markdown", " --format json"])(
    "shows how to get a first certificate only if HOME was answered%s",
    async (form) => {
      const asked = await run(`onboarding guide 7${form}`, { tenant: buildNewTenantAnswers() });
      expect(asked.stdout).not.toContain("Create a Certificate");
      expect(asked.stdout).toContain("renewals guide push-certificate");
      const first = await run(`onboarding guide 7${form}`, { tenant: buildNewTenantAnswers([NONE]) });
      expect(first.stdout).toContain("Create a Certificate");
    },
  );

  test("names a recorded renewal, whatever was answered", async () => {
    const tenant = {
      ...buildNewTenantAnswers([NONE]),
      listRenewals: { items: [item(8, { kind: "push-certificate" })] },
    };
    const { stdout } = await run("onboarding guide 7 --format html", { tenant });
    expect(stdout).not.toContain("Create a Certificate");
    expect(stdout).toContain("renewals guide push-certificate");
  });

  test("asks what is not known yet and keeps each answer at once", async () => {
    const kept = { changed: [], dryRun: false };
    const ran = await run("onboarding guide 3 --interactive", {
      tenant: { ...buildNewTenantAnswers(), setAnswers: inTurn(kept, kept) },
      terminal: {
        typing: [
          ["Apple School Manager?", "\u001b[B\r"],
          ["that step 3 (prepare what is needed) lists?", "\r"],
        ],
      },
    });
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.requests.flatMap(({ operation, json }) => (operation === "setAnswers" ? [json] : []))).toEqual([
      { answers: [{ question: "onboarding.school", value: "no" }] },
      { answers: [{ question: "onboarding.prepared", value: "yes" }] },
    ]);
    expect(ran.stderr).toContain("clomoctl onboarding status");
  });

  test("asks a school nothing more", async () => {
    const ran = await run("onboarding guide --interactive", {
      tenant: { ...buildNewTenantAnswers(), setAnswers: { changed: [], dryRun: false } },
      terminal: { typing: [["Apple School Manager?", "\r"]] },
    });
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stderr.replaceAll(/\s+/g, " ")).toContain("not for schools");
  });

  test("without a terminal, says how to continue", async () => {
    const ran = await run("onboarding guide --interactive", { tenant: buildNewTenantAnswers() });
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain("--interactive");
    expect(ran.stderr).toContain("--answers FILE");
  });

  describe("with a file of answers", () => {
    const KEPT = { changed: [], dryRun: false };

    /** Runs it in both languages in a folder with `answers.yaml`. */
    const withFile = (lines: readonly string[], words: string, tenant: object) => {
      const folder = freshFolder();
      writeFileSync(join(folder, "answers.yaml"), ["by: 佐藤", "answers:", ...lines, ""].join("\n"));
      return runInBoth(`onboarding guide ${words}`, { folder, tenant: { ...buildNewTenantAnswers(), ...tenant } });
    };

    const WAY = "  - {question: onboarding.way, value: purchased}";
    const NO_DATE = "  - {question: onboarding.home.push-certificate, value: none}";

    test("keeps all answers at once and shows the steps that follow from them", async () => {
      const lines = [WAY, "  - {question: onboarding.prepared, value: はい}", "  - {question: onboarding.apps}"];
      const { en, ja } = await withFile(lines, "--answers answers.yaml", { setAnswers: KEPT });
      expect(en.exit).toBe(0);
      expect(en.requests.flatMap(({ operation, json }) => (operation === "setAnswers" ? [json] : []))).toEqual([
        {
          answers: [
            { question: "onboarding.way", subject: "", value: "purchased", by: "佐藤" },
            { question: "onboarding.prepared", subject: "", value: "yes", by: "佐藤" },
          ],
          dryRun: false,
        },
      ]);
      expect(en.stderr).toContain("2 answers saved");
      expect(ja.stderr).toContain("回答を 2 件登録しました");
      expect(en.stdout).toContain("Step 3: prepare what is needed (done)");
      expect(en.stdout).toContain("MDMサーバを編集します");
    });

    test("reads answers from stdin, too", async () => {
      const stdin = `by: 佐藤\nanswers:\n${WAY}\n`;
      const tenant = { ...buildNewTenantAnswers(), setAnswers: KEPT };
      const { en } = await runInBoth("onboarding guide 3 --answers -", { stdin, tenant });
      expect(en.exit).toBe(0);
      expect(en.stderr).toContain("1 answer saved");
      const wrong = await runInBoth("onboarding guide 3 --answers -", {
        stdin: "answers: x\n",
        tenant: buildNewTenantAnswers(),
      });
      expect(wrong.ja).toMatchObject({ exit: 3 });
      expect(wrong.ja.stderr).toContain("標準入力:1");
    });

    test("uses answers about the HOME screen for this run only, and does not keep them", async () => {
      const { en, ja } = await withFile([NO_DATE], "7 --answers answers.yaml", {});
      expect(en).toMatchObject({ exit: 0 });
      expect(en.requests.filter(({ operation }) => operation === "setAnswers")).toEqual([]);
      expect(en.stdout).toContain("Create a Certificate");
      expect(en.stderr).toContain(
        "what HOME shows is taken from answers.yaml for this run only and not saved; check that HOME still shows the same",
      );
      expect(ja.stderr).toContain("この実行だけ answers.yaml のとおりとして扱い、保存しません");
    });

    test("keeps no answers in a dry run", async () => {
      const { en } = await withFile([WAY], "8 --answers answers.yaml --dry-run", {
        setAnswers: { changed: [], dryRun: true },
      });
      expect(en).toMatchObject({ exit: 0 });
      expect(en.requests.at(-1)?.json).toMatchObject({ dryRun: true });
      expect(en.stderr).toContain("dry run: nothing was changed");
      expect(en.stderr).not.toContain("saved");
    });

    test.each([
      ["  - {question: onboarding.way, value: by magic}", "answers.yaml:3", "purchased, manual"],
      ["  - {question: onboarding.prepared, value: perhaps}", "answers.yaml:3", "neither yes nor no"],
      ["  - {question: onboarding.bogus, value: yes}", "answers.yaml:3", 'there is no question "onboarding.bogus"'],
      ["  - {question: rules.lost.owner, value: 佐藤}", "answers.yaml:3", 'there is no question "rules.lost.owner"'],
    ])("refuses %s with its place, and keeps nothing", async (line, place, why) => {
      const { en, ja } = await withFile([line, WAY], "--answers answers.yaml", {});
      expect(en).toMatchObject({ exit: 3, stdout: "" });
      expect(en.stderr.replaceAll(/\s+/g, " ")).toContain(why);
      for (const { stderr, requests } of [en, ja]) {
        expect(stderr).toContain(place);
        expect(stderr).toContain("clomoctl onboarding guide --template");
        expect(requests.filter(({ operation }) => operation === "setAnswers")).toEqual([]);
      }
    });

    test("is not found if the file does not exist", async () => {
      expect(await run("onboarding guide --answers nowhere.yaml", { tenant: buildNewTenantAnswers() })).toMatchObject({
        exit: 6,
      });
    });

    test("writes a template with open questions and known answers, which unchanged answers nothing", async () => {
      const tenant = buildNewTenantAnswers([createChecklistAnswer("onboarding.way", "purchased")]);
      const { en, ja } = await runInBoth("onboarding guide --template", { tenant });
      expect(en).toMatchObject({ exit: 0, stderr: "" });
      expect(en.stdout).toContain("  #   unsupervised: not supervised\n");
      expect(en.stdout).toContain(
        "  # known so far: supervised, with ADE devices bought from a reseller (hanako, 2026-11-20)\n",
      );
      expect(en.stdout).toContain("(what HOME shows now: used for this run only, never saved)");
      expect(ja.stdout).toContain(
        "  # これまでの内容: 監視対象モード: ADE デバイスを代理店から購入する (hanako, 2026-11-20)\n",
      );
      expect(ja.stdout.match(/- question: \S+/g)).toEqual([
        "- question: onboarding.school",
        "- question: onboarding.way",
        "- question: onboarding.agent",
        "- question: onboarding.prepared",
        "- question: onboarding.login",
        "- question: onboarding.home.push-certificate",
        "- question: onboarding.home.ade-token",
        "- question: onboarding.profiles",
        "- question: onboarding.apps",
      ]);
      const folder = freshFolder();
      writeFileSync(join(folder, "answers.yaml"), ja.stdout);
      const again = await run("onboarding guide 1 --answers answers.yaml", { folder, tenant });
      expect(again).toMatchObject({ exit: 0, stderr: expect.stringContaining("no answers were saved") });
    });
  });

  test.each([
    "--interactive --format html",
    "--interactive --answers answers.yaml",
    "--template 3",
    "--template --answers answers.yaml",
    "--template --format json",
    "--dry-run",
  ])("refuses options that exclude each other: %s", async (words) => {
    expect(await run(`onboarding guide ${words}`, { tenant: {} })).toMatchObject({ exit: 2, requests: [] });
  });
});
