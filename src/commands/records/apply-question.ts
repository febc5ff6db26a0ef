import type { Terminal } from "../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../lib/text/index.ts";

/** What a plan does to a tenant: numbers of records. */
export interface PlanEffects {
  readonly create: number;
  readonly update: number;
  readonly delete: number;
  /** effects that are not changes of the records themselves, such as organisations that are created for them */
  readonly further?: readonly (readonly [count: number, what: Text])[] | undefined;
}

/** A plan to ask about. */
export interface AskedPlan {
  readonly tenant: Text;
  readonly effects: PlanEffects;
  /** an upload file is written, and the tenant stays as it is */
  readonly emits?: boolean | undefined;
}

/** Returns what a plan does in a few words: `create 9, update 30, delete 12`. */
export const describeEffects = ({ create, update, delete: gone, further = [] }: PlanEffects): Text => {
  const all = [
    [create, text("create", "追加")],
    [update, text("update", "更新")],
    [gone, text("delete", "削除")],
    ...further,
  ] as const;
  const parts = all
    .filter(([count]) => count > 0)
    .map(([count, { en, ja }]) => text(`${en} ${count}`, `${ja} ${count}`));
  if (parts.length === 0) return text("a plan without changes", "変更のない計画");
  const [{ en }, { ja }] = [joined(parts, same(", ")), joined(parts, same("・"))];
  return text(en, ja);
};

/** Sets counts off from the particles around them. */
const asObject = (ja: string): string => (/\d$/.test(ja) ? ` ${ja} ` : ja);

/** Returns what is done to which tenant, as a sentence of its own before a question about part of it. */
export const describeApplied = ({ tenant, effects }: AskedPlan): Text => {
  const { en, ja } = describeEffects(effects);
  return text(`Apply to ${tenant.en}: ${en}.`, `${tenant.ja} に${asObject(ja)}を適用します。`);
};

/**
 * Asks whether a plan may be carried out. The question repeats the tenant and the counts; deletions are typed by number.
 *
 * @returns false if the answer is no
 * @throws Failure `usage` where nobody can be asked; for deletions `input-rejected`, also for another number
 */
export async function askToApply({ prompts }: Pick<Terminal, "prompts">, plan: AskedPlan): Promise<boolean> {
  const { tenant, effects, emits = false } = plan;
  const deletions = effects.delete;
  const what = describeEffects(effects);
  if (deletions > 0) {
    const applied = describeApplied(plan);
    await prompts.typedNumber({
      message: emits
        ? text(
            `Apply to ${tenant.en}, and write the upload file: ${what.en}. Type ${deletions}, the number of deletions:`,
            `${tenant.ja} に${asObject(what.ja)}を適用し、アップロード用ファイルを書き出します。続けるには、削除の件数を入力してください:`,
          )
        : text(
            `${applied.en} Type ${deletions}, the number of deletions:`,
            `${applied.ja}続けるには、削除の件数を入力してください:`,
          ),
      flag: `--confirm-deletions ${deletions}`,
      expected: deletions,
    });
    return true;
  }
  return prompts.confirm({
    message: emits
      ? text(
          `Apply to ${tenant.en}, and write the upload file: ${what.en}?`,
          `${tenant.ja} に${asObject(what.ja)}を適用し、アップロード用ファイルを書き出しますか?`,
        )
      : text(`Apply to ${tenant.en}: ${what.en}?`, `${tenant.ja} に${asObject(what.ja)}を適用しますか?`),
    flag: "--yes",
  });
}
