import { commandName, line } from "../../lib/advice/index.ts";
import type { TenantChange } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import type { TypedDate } from "../../lib/model/typed-date.ts";
import type { Use } from "../../lib/model/tenant.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import type { InputOf } from "../field.ts";
import { DRY_RUN } from "../records/options.ts";
import { describeWritten, DRY, WHILE_WRITING } from "../records/written.ts";
import { zoneOf } from "../tools.ts";
import { TENANT_COLUMNS } from "./columns.ts";
import { CONTRACT_OPTIONS, OTHER_OPTIONS, USE_OPTIONS, WORD_OPTIONS } from "./options.ts";
import { takingBack } from "./taking-back.ts";

const OPTIONS = { ...WORD_OPTIONS, ...CONTRACT_OPTIONS, ...USE_OPTIONS, ...OTHER_OPTIONS } as const;

type SetInput = InputOf<typeof OPTIONS>;

export default defineCommand({
  summary: text("record what is known of the tenant itself", "テナント自体の情報を登録する"),
  details: [
    text(
      "What is not named stays; an empty value (--domain '', --ios '') clears: the answer is then unknown, which is not no. `renewals` and `status` go by what is used: where Android is not, no Android Enterprise account is expected; where it was not said, they ask.",
      "指定しないものは変わりません。空の値(--domain ''、--ios '')で未設定に戻します(未設定は「使わない」ではありません)。`renewals` と `status` は、この利用機能をもとに判断します。Android を使わなければ Android Enterprise のアカウントを求めず、未設定なら尋ねます。",
    ),
    text(
      "It records here what holds in the console and changes nothing there, so it puts nothing on `console list`. The contact person (担当者) is changed only by the application form (申込書), which CLOMO PANEL's Support form has and takes back. Ours: that these are kept, and a contract's name.",
      "管理画面の内容をここに控えるだけで、管理画面は変更しません。`console list` の作業にもなりません。担当者の変更は、CLOMO PANEL の Support フォームから申込書をダウンロードし、記入して Support フォームから提出する方法だけです。これらを控えること、契約に名前を付けることは clomoctl 独自の機能です。",
    ),
    text(
      "One command records one contract. The command that undoes a change is shown afterwards.",
      "契約は 1 回に 1 件登録します。変更後に、元に戻すコマンドを表示します。",
    ),
  ],
  args: {},
  options: { ...OPTIONS, dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl tenant set --ios yes --ade yes --vpp yes --android no" },
    { line: "clomoctl tenant set --contract 'CLOMO MDM' --licences 300 --until 2027-03-31" },
    { line: "clomoctl tenant set --contact-name '山田 花子' --contact-mail hanako@example.co.jp" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: TENANT_COLUMNS,
  async run(tools, { dryRun, ...options }) {
    const tenant = await tools.tenant("tenant");
    const change = changeOf(options, zoneOf(tools, tenant));
    const { timezone } = tools.globals;
    if (Object.keys(change).length === 0) throw nothing(timezone);
    tools.describeState(() => WHILE_WRITING);
    const { before, after } = await tenant.client.tenant.set({ ...change, ...(dryRun && { dryRun }) });
    describeWritten(tools, dryRun);
    await tools.terminal.show(TENANT_COLUMNS, { name: tenant.context.name, ...after });
    const lines = takingBack(before, after);
    if (lines.length === 0) {
      await tools.terminal.note(
        text("nothing has changed: it was recorded so", "変更はありません(登録済みの内容と同じ)"),
      );
    }
    if (timezone !== undefined && options.consoleTimezone === undefined && !countsDays(options)) {
      const { en, ja } = meantFor(timezone);
      await tools.terminal.note(
        text(`the tenant's time zone was not set: ${en}`, `テナントのタイムゾーンは登録していません。${ja}`),
      );
    }
    if (dryRun) return tools.terminal.note(DRY);
    for (const line of lines) await tools.terminal.note(text(`undo: ${line}`, `取り消すには: ${line}`));
  },
});

const nothing = (timezone: string | undefined): Failure =>
  new Failure("usage", {
    what: text("nothing to change", "変更する内容がありません"),
    where: commandName("tenant set"),
    hint:
      timezone === undefined
        ? text(
            `see ${line("tenant set", [], { help: true })}`,
            `${line("tenant set", [], { help: true })} を見てください`,
          )
        : meantFor(timezone),
  });

/** The general `--timezone`, which sets nothing, and the option that was probably meant. */
const meantFor = (timezone: string): Text =>
  text(
    `--timezone only says in which zone days are counted; to set it: ${line("tenant set", [], { consoleTimezone: timezone })}`,
    `--timezone は日付を数えるタイムゾーンの指定です。登録するには: ${line("tenant set", [], { consoleTimezone: timezone })}`,
  );

/** Whether an instant was typed for a day, which `--timezone` tells then. */
const countsDays = ({ from, until }: Pick<SetInput, "from" | "until">): boolean =>
  [from, until].some((date) => date !== undefined && date !== null && "instant" in date);

/** What the options say; a field that none names is not in it. @throws Failure `usage` */
function changeOf(options: SetInput, timezone: string): TenantChange {
  const { contract, licences, from, until, removeContract, languages, ...fields } = options;
  const ofContract = {
    licences,
    from: dayOfTyped(from, timezone),
    until: dayOfTyped(until, timezone),
  };
  refuseNameless(contract, ofContract);
  const change = {
    ...Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, saidOf(field, value)])),
    languages: languages === undefined ? undefined : languagesOf(languages),
    contracts: contract === undefined ? undefined : [present({ name: contract, ...ofContract })],
    contractsRemoved: removeContract.length === 0 ? undefined : [...removeContract],
  };
  return present(change);
}

/** Without what was not said. */
const present = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const isUse = (field: string): field is Use => field in USE_OPTIONS;

const saidOf = (field: string, value: string | null | undefined): string | boolean | null | undefined =>
  isUse(field) && typeof value === "string" ? value === "yes" : value;

const dayOfTyped = (date: TypedDate | null | undefined, timezone: string): string | null | undefined => {
  if (date === null || date === undefined) return date;
  return "day" in date ? date.day : dayOf(date.instant, timezone);
};

const LANGUAGES = ["ja", "en"];

function languagesOf(typed: readonly string[] | null): string[] {
  const unknown = typed?.find((language) => !LANGUAGES.includes(language));
  if (unknown === undefined) return [...(typed ?? [])];
  throw new Failure("usage", {
    what: text(
      `--languages takes ja and en, not ${unknown}`,
      `--languages に指定できるのは ja と en です(${unknown} は不可)`,
    ),
    where: commandName("tenant set"),
  });
}

/** @throws Failure `usage` where days or licences are of no contract */
function refuseNameless(contract: string | undefined, said: Readonly<Record<string, unknown>>): void {
  const [option] = Object.entries(said).find(([, value]) => value !== undefined) ?? [];
  if (contract !== undefined || option === undefined) return;
  throw new Failure("usage", {
    what: text(`--${option} is of a contract`, `--${option} は契約の項目です`),
    where: commandName("tenant set"),
    hint: text("name it by --contract NAME", "--contract NAME で契約名を指定してください"),
  });
}
