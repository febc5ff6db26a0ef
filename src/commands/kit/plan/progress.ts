import { watchWork } from "../../../lib/client/index.ts";
import type { ProgressStep, StepDescription } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

export const CHECKING: StepDescription = { id: "check", name: text("Checking", "検査") };
export const PLANNING: StepDescription = { id: "plan", name: text("Planning", "計画") };
export const COMMITTING: StepDescription = { id: "commit", name: text("Committing", "適用") };

/** Shows how much of a request is done. A local tenant reports it to the step; else the step may be told. */
export const showProgress = <T>(
  { terminal }: Pick<Tools, "terminal">,
  description: StepDescription,
  work: (step: ProgressStep) => Promise<T>,
): Promise<T> =>
  terminal.progress.during(description, (step) =>
    watchWork(
      (share) => step.reach(share),
      () => work(step),
    ),
  );
