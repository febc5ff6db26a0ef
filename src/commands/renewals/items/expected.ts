import { Failure } from "../../../lib/errors/index.ts";
import type { Deciding, ExpectedKind } from "../../../lib/model/applies.ts";
import { RENEWAL_KINDS } from "../../../lib/model/renewal.ts";
import { TENANT } from "../../../lib/model/tenant.ts";
import { expectedOf, type Expected } from "../../../lib/renewals/expected.ts";
import type { Checked } from "../../../lib/renewals/judge.ts";
import { joined, text, type Text } from "../../../lib/text/index.ts";
import { flagName } from "../../field.ts";
import type { ChosenTenant, Tools } from "../../tools.ts";

/** What may be said of something a tenant is asked for, as one word that no shell takes apart. */
const answersTo = (field: Deciding): string => {
  const { [field]: asked } = TENANT.fields;
  return asked.type === "choice" ? asked.choices.join("/") : "yes/no";
};

/** The line to type to say what nobody has said; one of the answers is left. */
export const sayingLine = (fields: readonly Deciding[]): string =>
  `clomoctl tenant set ${fields.map((field) => `--${flagName(field)} ${answersTo(field)}`).join(" ")}`;

/** The line to type to record a thing of a kind. */
export const recordingLine = (kind: ExpectedKind): string =>
  `clomoctl renewals add NAME --kind ${kind} ${kind === "android-owner" ? "--last-login DATE" : "--file FILE"}`;

/** `whether Android is used`. */
export const unsaidName = (fields: readonly Deciding[]): Text => {
  const names = joined(
    fields.map((field) => TENANT.fields[field].label),
    text(", ", "、"),
  );
  return fields.every((field) => field === "androidAccounts")
    ? text(`with which accounts Android is used`, `Android をどのアカウントで使うか`)
    : text(`whether these are used: ${names.en}`, `使っているかどうか: ${names.ja}`);
};

/** That a thing should be recorded. */
export const missingName = (kind: ExpectedKind): Text => {
  const { en, ja } = RENEWAL_KINDS[kind];
  return text(`not recorded: ${en}`, `登録がありません: ${ja}`);
};

/** What is missing, and what to ask, each with the line to type. */
const linesOf = ({ missing, unsaid }: Expected): readonly Text[] => [
  ...missing.map((kind) => {
    const [{ en, ja }, line] = [missingName(kind), recordingLine(kind)];
    return text(`${en}; to record it: ${line}`, `${ja}。登録するには: ${line}`);
  }),
  ...(unsaid.length === 0
    ? []
    : [
        text(
          `not said ${unsaidName(unsaid).en}; so nobody knows what should be recorded: ${sayingLine(unsaid)}`,
          `未設定です(${unsaidName(unsaid).ja})。何を登録すべきか判断できません: ${sayingLine(unsaid)}`,
        ),
      ]),
];

/** What was listed or checked, of one tenant or of all. */
interface Listed {
  readonly allContexts: boolean;
  readonly items: readonly Pick<Checked, "kind" | "context">[];
}

/**
 * Tells a person what the records of tenants lack. Never more than a hint: a tenant that does not answer, or keeps nothing
 * of what it uses, is passed over.
 */
export async function tellExpectedOfAll(tools: Tools, { allContexts, items }: Listed): Promise<void> {
  if (!allContexts) return tellExpected(tools, () => tools.tenant("tenant"), { items });
  const { contexts } = tools;
  const counted = await contexts.counted();
  for (const context of (await contexts.list()).filter(({ name }) => counted.includes(name))) {
    const own = items.filter((item) => item.context === context.name);
    await tellExpected(tools, () => tools.tenantOf(context, "tenant"), { items: own, name: context.name });
  }
}

async function tellExpected(
  { terminal }: Tools,
  open: () => Promise<ChosenTenant<"tenant">>,
  { items, name }: { readonly items: Listed["items"]; readonly name?: string },
): Promise<void> {
  try {
    const { profile } = await (await open()).client.tenant.show();
    if (profile === undefined) return;
    for (const { en, ja } of linesOf(expectedOf(profile, items))) {
      await terminal.note(name === undefined ? { en, ja } : text(`${name}: ${en}`, `${name}: ${ja}`));
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.code === "interrupted") throw error;
  }
}
