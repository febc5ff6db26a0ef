import { line, step } from "../../lib/advice/index.ts";
import { describeInapplicability, evaluateSteps, STEP_STATES } from "../../lib/onboarding/steps.ts";
import { createColumn, type Column } from "../../lib/terminal/output-choice.ts";
import { same, text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { listColumns } from "../kit/list/list.ts";
import { loadOnboardingFacts } from "./gather.ts";

export default defineCommand({
  summary: text("show which set-up steps are done, and what is next", "導入手順の進み具合と次の操作を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl onboarding status" }, { line: "clomoctl onboarding status --format json" }],
  exits: [],
  async run(tools) {
    const { terminal } = tools;
    const facts = await loadOnboardingFacts(tools);
    const all = evaluateSteps(facts);
    const columns: readonly Column<ReturnType<typeof evaluateSteps>[number]>[] = [
      { key: "number", header: same("#"), align: "end", value: ({ step }) => step.number },
      { key: "id", header: text("id", "ID"), value: ({ step }) => step.id },
      { key: "step", header: text("step", "手順"), wraps: true, value: ({ step }) => terminal.say(step.title) },
      { key: "optional", header: text("optional", "任意"), value: ({ step }) => step.optional === true },
      createColumn("state", "state", "状態", { name: ({ state }) => STEP_STATES[state] }),
      { key: "why", advice: true, header: text("details", "内容"), wraps: true, value: ({ why }) => terminal.say(why) },
      {
        key: "next",
        advice: true,
        header: text("next command", "次の操作"),
        value: ({ line: next }) => (next === undefined ? null : `${next}`),
      },
    ];
    await terminal.list(listColumns(terminal, columns, ["number", "step", "state", "why"]), all);
    const why = describeInapplicability(facts);
    if (why !== undefined) return terminal.note(why);
    const open =
      all.find(({ state, step }) => state === "open" && step.optional !== true) ??
      all.find(({ state }) => state === "open");
    if (open === undefined) {
      return terminal.note(
        step(
          "every step is done; to see the state of the tenant",
          "すべての手順が完了しています。テナントの状況を見るには",
          line("status", []),
        ),
      );
    }
    const command = open.line ?? line("onboarding guide", [open.step.number]);
    await terminal.note(step(`to continue with step ${open.step.number}`, `次は手順 ${open.step.number}`, command));
  },
});
