import { line, step, type Advice } from "../../lib/advice/index.ts";
import type { UserDependents, LeaveResult, User } from "../../lib/client/index.ts";
import { NOT_MANAGED, RETURN_TAGS } from "../../lib/nouns/device.ts";
import { ROLES } from "../../lib/nouns/account.ts";
import { formatSecuredAppName } from "../../lib/nouns/secured-user.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";

type OwnedDevice = UserDependents["devices"][number];
type SecuredIdentity = NonNullable<UserDependents["secured"]>[number];

const KIND_LABELS = {
  account: text("account", "アカウント"),
  device: text("device", "デバイス"),
  secured: same("SECURED APPs"),
  renewal: text("renewal item", "年次更新・期限"),
  task: text("console task", "管理画面での作業"),
  user: text("user", "ユーザー"),
} as const;

/** `collect`, `left`: to do before the user can be deleted. `check`: the record may belong to another person. */
const OUTCOME_LABELS = {
  end: text("revoke", "権限を外す"),
  delete: text("delete", "削除"),
  collect: text("collect", "回収"),
  left: text("remaining", "残り"),
  check: text("check", "要確認"),
} as const;

export interface LeaveRow {
  readonly user: User;
  readonly kind: keyof typeof KIND_LABELS;
  readonly name: Text;
  readonly outcome: keyof typeof OUTCOME_LABELS;
  readonly device?: OwnedDevice | undefined;
  readonly identity?: SecuredIdentity | undefined;
  readonly consoleTask?: number | undefined;
}

const column = (key: string, header: Text, value: (row: LeaveRow) => string | null): Column<LeaveRow> => ({
  key,
  header,
  value,
});

const PERSON = column("person", text("person", "氏名"), ({ user }) => user.name);
const DEVICE_COLUMNS: readonly Column<LeaveRow>[] = [
  column("org", text("organisation", "組織"), ({ user }) => user.org.path),
  column("serialNumber", text("serial number", "シリアルナンバー"), ({ device }) => device?.serialNumber ?? null),
  column("model", text("model", "機種"), ({ device }) => device?.model ?? null),
  column("phoneNumber", text("telephone number", "電話番号"), ({ device }) => device?.phoneNumber ?? null),
  column("status", text("status", "ステータス"), ({ device }) => device?.status ?? null),
];

export const LEAVE_COLUMNS: readonly Column<LeaveRow>[] = [
  PERSON,
  { ...column("kind", text("kind", "種類"), ({ kind }) => kind), name: ({ kind }) => KIND_LABELS[kind] },
  { ...column("name", text("name", "名前"), ({ name }) => name.en), name: ({ name }) => name },
  {
    ...column("outcome", text("outcome", "結果"), ({ outcome }) => outcome),
    name: ({ outcome }) => OUTCOME_LABELS[outcome],
  },
  column("email", text("email address", "メールアドレス"), ({ user }) => user.emails[0] ?? null),
  ...DEVICE_COLUMNS,
];

export const DEFAULT_LEAVE_COLUMNS: readonly string[] = ["person", "kind", "name", "outcome"];

export const COLLECTION_COLUMNS: readonly Column<LeaveRow>[] = [
  PERSON,
  ...DEVICE_COLUMNS,
  column("done", text("collected", "回収済み"), () => ""),
];

const describeDevice = ({ serialNumber, model, phoneNumber, status }: OwnedDevice): Text =>
  same([serialNumber, model, phoneNumber, status].filter((word) => word !== null).join(" "));

const buildSecuredRow = (user: User, identity: SecuredIdentity, rest: ReadonlySet<string>): LeaveRow => {
  const { id, app, userId, matchedBy } = identity;
  const name = same(`${formatSecuredAppName(app)} ${userId}`);
  const outcome = matchedBy === "name" ? "check" : rest.has(id) ? "left" : "delete";
  return { user, kind: "secured", name, outcome, identity };
};

export function buildLeaveRows({
  before,
  after,
  dryRun = false,
}: Pick<LeaveResult, "before" | "after"> & { readonly dryRun?: boolean }): readonly LeaveRow[] {
  const { user, role, marked, devices, secured, renewals } = before;
  const rest = new Set((after?.secured ?? []).map(({ id }) => id));
  const account = role === "none" ? text("marked as an administrator", "管理者に指定") : ROLES[role];
  const isEnded = after === null || (after.role === "none" && !after.marked);
  const row = (kind: LeaveRow["kind"], name: Text, outcome: LeaveRow["outcome"]): LeaveRow => ({
    user,
    kind,
    name,
    outcome,
  });
  return [
    row("user", same(user.emails[0] ?? user.employeeCode ?? user.id), after === null ? "delete" : "left"),
    ...(role !== "none" || marked ? [row("account", account, isEnded ? "end" : "left")] : []),
    ...devices.map((device): LeaveRow => ({ ...row("device", describeDevice(device), "collect"), device })),
    ...(secured ?? []).map((one) => buildSecuredRow(user, one, rest)),
    ...renewals.map(({ name }) => row("renewal", same(name), "left")),
    ...(after?.consoleTasks ?? []).map((task): LeaveRow => {
      const isNew = dryRun && !before.consoleTasks.includes(task);
      return isNew
        ? row("task", text("new", "新規"), "left")
        : { ...row("task", same(String(task)), "left"), consoleTask: task };
    }),
  ];
}

export const isChange = ({ outcome, device }: LeaveRow): boolean =>
  outcome === "end" ||
  outcome === "delete" ||
  (outcome === "collect" && device?.tags.includes(RETURN_TAGS.awaited) === false);

const MAX_LISTED_SERIALS = 10;

const listSerials = (rows: readonly LeaveRow[], isManaged: boolean): string[] =>
  rows
    .flatMap(({ device }) => (device !== undefined && (device.status !== NOT_MANAGED) === isManaged ? [device] : []))
    .map(({ serialNumber }) => serialNumber)
    .slice(0, MAX_LISTED_SERIALS);

export function listLeaveSteps(rows: readonly LeaveRow[]): readonly Advice[] {
  const left = rows.filter(({ outcome }) => outcome === "collect" || outcome === "left");
  const find = (kind: LeaveRow["kind"]): LeaveRow | undefined => left.find((row) => row.kind === kind);
  const steps: Advice[] = [];
  const [managed, others] = [listSerials(left, true), listSerials(left, false)];
  if (managed.length > 0) {
    const free = line("devices set-owner", managed, { none: true });
    steps.push(step("when the devices are back", "デバイスを回収したら", free));
  }
  if (others.length > 0) {
    const [en, ja] = [`when the ${NOT_MANAGED} devices are back`, "管理外のデバイスを回収したら"];
    steps.push(step(en, ja, line("devices delete", others)));
  }
  const { identity: administrator } = find("secured") ?? {};
  if (administrator !== undefined) {
    const { app, userId } = administrator;
    const en = "remove the administrator in SECURED APPs MANAGER, then";
    const ja = "SECURED APPs MANAGER で管理者を外したら";
    steps.push(step(en, ja, line("secured users edit", [userId], { app, administrator: "no" })));
  }
  const { user: owner } = find("renewal") ?? {};
  if (owner !== undefined) {
    const give = line("handover transfer", [], { from: owner.emails[0] ?? owner.id, to: "PERSON" });
    steps.push(step("to hand over the renewal items", "年次更新・期限の担当を引き継ぐには", give));
  }
  const { consoleTask } = find("task") ?? {};
  if (consoleTask !== undefined) {
    const show = line("console show", [consoleTask]);
    steps.push(step("to see the tasks in the console", "管理画面での作業を確認するには", show));
  }
  const { identity: namesake } = rows.find(({ outcome }) => outcome === "check") ?? {};
  if (namesake !== undefined) {
    const { app, userId } = namesake;
    const en = "SECURED APPs users with the same name are kept, because they may be other people; to check";
    const ja = "同じ名前の SECURED APPs ユーザーは、別の人の可能性があるため残します。確認するには";
    steps.push(step(en, ja, line("secured users show", [userId], { app })));
  }
  return steps;
}
