import type { TenantChange } from "../../lib/client/index.ts";
import { toDay } from "../../lib/model/time.ts";
import { SECURED_APPS } from "../../lib/nouns/secured-user.ts";
import { CONTRACT, TENANT, type UsageName } from "../../lib/nouns/tenant.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import type { InputOf } from "../kit/field.ts";
import { requireFreeTextConfirmation } from "../kit/password-question.ts";
import { DRY_RUN_OPTION } from "../kit/columns/field-options.ts";
import { DRY_RUN_NOTE, proposeUndo } from "../kit/columns/change-result.ts";
import { resolveTimezone } from "../kit/tools.ts";
import { TENANT_COLUMNS } from "./columns.ts";
import { CONTRACT_OPTIONS, CONSOLE_OPTIONS, USE_OPTIONS, TEXT_OPTIONS } from "./options.ts";

const SET_OPTIONS = { ...TEXT_OPTIONS, ...CONTRACT_OPTIONS, ...USE_OPTIONS, ...CONSOLE_OPTIONS } as const;

const ADMINISTRATOR_KINDS = ["users", ...SECURED_APPS] as const;

type SetInput = InputOf<typeof SET_OPTIONS>;

export default defineCommand({
  summary: text("record information about the tenant itself", "テナント自体の情報を登録する"),
  args: {},
  options: {
    ...SET_OPTIONS,
    administratorsComplete: {
      kind: "list",
      value: "users,docs",
      choices: ADMINISTRATOR_KINDS,
      about: text(
        "confirm, for these kinds of users, that all administrators in the console are marked as administrators in this tenant",
        "管理画面の管理者をすべて、このテナントでも管理者に指定したことを確認したユーザーの種類",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [[...Object.keys(SET_OPTIONS), "administratorsComplete"]],
  examples: [
    { line: "clomoctl tenant set --ios yes --ade yes --vpp yes --android no" },
    { line: "clomoctl tenant set --contract 'CLOMO MDM' --licences 300 --until 2027-03-31" },
    { line: "clomoctl tenant set --administrators-complete users,docs" },
    { line: "clomoctl tenant set --contact-name '山田 花子' --contact-mail hanako@example.co.jp" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: TENANT_COLUMNS,
  async run(tools, { dryRun, administratorsComplete = [], ...options }) {
    const tenant = await tools.tenant("tenant", "administrators");
    const { fields } = TENANT;
    await requireFreeTextConfirmation(tools, { ...fields, name: fields.companyName, contract: CONTRACT.name }, options);
    const change = buildTenantChange(options, resolveTimezone(tools, tenant));
    const confirmed = ADMINISTRATOR_KINDS.filter((kind) => administratorsComplete.includes(kind));
    for (const kind of dryRun ? [] : confirmed) await tenant.client.administrators.confirm(kind);
    if (confirmed.length > 0 && Object.keys(change).length === 0)
      return tools.terminal.note(
        dryRun ? DRY_RUN_NOTE : text("the confirmation is recorded", "確認したことを記録しました"),
      );
    const { before, after } = await tenant.client.tenant.set({ ...change, ...(dryRun && { dryRun }) });
    await tools.terminal.show(TENANT_COLUMNS, { name: after.companyName ?? tenant.context.name, ...after });
    if (JSON.stringify(before) === JSON.stringify(after)) {
      await tools.terminal.note(
        text("no changes: these values are already recorded", "変更はありません(登録済みの内容と同じ)"),
      );
    }
    await (dryRun ? tools.terminal.note(DRY_RUN_NOTE) : proposeUndo(tools));
  },
});

function buildTenantChange(options: SetInput, timezone: string): TenantChange {
  const { name, contract, licences, from, until, removeContract, languages, ...fields } = options;
  const ofContract = { licences, from: from && toDay(from, timezone), until: until && toDay(until, timezone) };
  const change = {
    ...Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, toFieldValue(field, value)])),
    companyName: name,
    languages: languages === undefined ? undefined : [...(languages ?? [])],
    contracts: contract === undefined ? undefined : [omitUndefined({ name: contract, ...ofContract })],
    contractsRemoved: removeContract.length === 0 ? undefined : [...removeContract],
  };
  return omitUndefined(change);
}

const omitUndefined = <T extends object>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

const isUseField = (field: string): field is UsageName => field in USE_OPTIONS;

const toFieldValue = (field: string, value: string | null | undefined): string | boolean | null | undefined =>
  isUseField(field) && typeof value === "string" ? value === "yes" : value;
