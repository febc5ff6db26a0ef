import { Failure } from "../errors/index.ts";
import { otherWipes } from "../model/device.ts";
import type { Terminal } from "../terminal/index.ts";
import { counted, text, type Text } from "../text/index.ts";
import { permitByLimit, refuseBeyond, type Limits } from "./limits.ts";
import { countAll, describeEffects, type Plan } from "./plan.ts";

/** What the command line answers before the questions. */
export interface ConfirmOptions extends Limits {
  readonly confirmDeletions?: number | undefined;
  readonly confirmWipes?: number | undefined;
  /** `--yes` */
  readonly yes?: boolean | undefined;
}

type Effective = Pick<Plan, "target" | "changes" | "effects" | "wipes">;

/** Sets counts off from the particles around them. */
const asObject = (ja: string): string => (/\d$/.test(ja) ? ` ${ja} ` : ja);

/** `Apply to customer-a: create 9` @param file a file that is written for the console, too */
const applied = (plan: Effective, file: string | undefined): Text => {
  const { en, ja } = describeEffects(plan);
  const [writing, writingJa] = file === undefined ? ["", ""] : [` and write ${file}`, `し、${file} を書き出`];
  return text(`Apply to ${plan.target.en}${writing}: ${en}`, `${plan.target.ja} に${asObject(ja)}を適用${writingJa}し`);
};

/**
 * Asks about devices that get another owner and have to be wiped for it.
 *
 * @param before what is done, as a sentence
 * @throws `input-rejected` if another number is typed, or nobody can be asked
 */
export const askWipes = ({ prompts }: Pick<Terminal, "prompts">, count: number, before?: Text): Promise<void> =>
  prompts.typedNumber({
    message: text(
      `${before === undefined ? "" : `${before.en} `}${counted(count, "device")} to be wiped and set up again; type ${count} to change the owner:`,
      `${before?.ja ?? ""}${count} 台のデバイスで初期化と再設定が必要になります。所有者を変えるには台数を入力してください:`,
    ),
    flag: `--confirm-wipes ${count}`,
    expected: count,
  });

/** @throws `input-rejected` if another number of deletions or of wipes was confirmed than a plan has */
export function refuseOtherNumber(
  { changes, wipes = 0 }: Pick<Plan, "changes" | "wipes">,
  { confirmDeletions, confirmWipes }: ConfirmOptions,
): void {
  if (confirmWipes !== undefined && confirmWipes !== wipes) {
    throw new Failure("input-rejected", {
      what: otherWipes(wipes, confirmWipes),
      where: `--confirm-wipes ${confirmWipes}`,
    });
  }
  const deletions = countAll(changes, "delete");
  if (confirmDeletions === undefined || confirmDeletions === deletions) return;
  throw new Failure("input-rejected", {
    what: text(
      `the plan deletes ${counted(deletions, "record")}, not ${confirmDeletions}; nothing was changed`,
      `計画の削除は ${deletions} 件で、${confirmDeletions} 件ではありません。何も変更していません`,
    ),
    where: `--confirm-deletions ${confirmDeletions}`,
  });
}

/**
 * Asks whether a plan may be applied. The question repeats the tenant and the counts. Deletions are confirmed by their
 * number (typed, `--confirm-deletions`, or `--yes` with a limit), and so are wipes of devices; the rest by yes or no.
 *
 * @param file a file that is written for the console, too
 * @returns false if the answer is no
 * @throws `limit-exceeded` if the plan changes more than a limit allows; `input-rejected` if the number of deletions or of
 *   wipes differs or cannot be asked for; `usage` if nobody can be asked
 */
export async function confirmPlan(
  terminal: Pick<Terminal, "prompts">,
  plan: Effective,
  answers: ConfirmOptions,
  file?: string,
): Promise<boolean> {
  const { changes, wipes = 0 } = plan;
  const { yes = false, confirmDeletions, confirmWipes, maxDeletions } = answers;
  refuseOtherNumber(plan, answers);
  refuseBeyond(changes, answers);
  const { en, ja } = applied(plan, file);
  if (wipes > 0 && confirmWipes === undefined) await askWipes(terminal, wipes, text(`${en}.`, `${ja}ます。`));
  const deletions = countAll(changes, "delete");
  if (deletions === 0) {
    if (yes || wipes > 0) return true;
    return terminal.prompts.confirm({ message: text(`${en}?`, `${ja}ますか?`), flag: "--yes" });
  }
  if (confirmDeletions !== undefined) return true;
  if (yes && maxDeletions !== undefined) {
    permitByLimit(changes);
    return true;
  }
  await terminal.prompts.typedNumber({
    message: text(
      `${en}. Type ${deletions}, the number of deletions:`,
      `${ja}ます。続けるには、削除の件数を入力してください:`,
    ),
    flag: `--confirm-deletions ${deletions}`,
    expected: deletions,
  });
  return true;
}
