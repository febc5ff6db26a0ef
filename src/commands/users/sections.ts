import { line, step } from "../../lib/advice/index.ts";
import type { Account, Client, ConsoleTask, Device, RenewalItem, User } from "../../lib/client/index.ts";
import { mentionsPerson, toPerson } from "../../lib/handover/checklist/people.ts";
import type { Operation } from "../../lib/model/role.ts";
import { RENEWAL_ITEM } from "../../lib/model/renewal.ts";
import { defineLabelledChoice, type Fields } from "../../lib/model/thing.ts";
import { SECURED_APPS, type SecuredUser } from "../../lib/model/secured-user.ts";
import { USER } from "../../lib/model/user.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { ACCOUNT_COLUMNS } from "../clomo-account/columns.ts";
import { DEFAULT_TASK_COLUMNS, TASK_COLUMNS } from "../console/columns.ts";
import { DEVICE_COLUMNS } from "../devices/columns.ts";
import { buildFieldColumns } from "../listing/list.ts";
import { buildVersionColumns, DEFAULT_HISTORY_COLUMNS, type VersionRow } from "../records/history.ts";
import { SECURED_USER_COLUMNS } from "../secured/users/columns.ts";
import type { Rights } from "../rights.ts";
import type { Tools } from "../tools.ts";

export const SECTION_NOUNS = ["users", "devices", "accounts", "secured", "renewals", "console"] as const;

interface SectionSource {
  readonly client: Client<(typeof SECTION_NOUNS)[number]>;
  readonly user: User;
  readonly rights: Rights;
}

interface LoadedSection {
  readonly rows: readonly object[];
  readonly show: (terminal: Tools["terminal"]) => Promise<void>;
}

interface Section {
  readonly key: string;
  readonly header: Text;
  /** the operation that the acting account needs to see them */
  readonly needs: Operation;
  readonly load: (source: SectionSource) => Promise<LoadedSection>;
}

const defineSection = <R extends object>({
  load,
  columns,
  shown,
  ...section
}: Pick<Section, "key" | "header" | "needs"> & {
  readonly load: (source: SectionSource) => Promise<readonly R[]>;
  readonly columns: (terminal: Tools["terminal"]) => readonly Column<R>[];
  readonly shown: readonly string[];
}): Section => ({
  ...section,
  load: async (source) => {
    const rows = await load(source);
    return {
      rows,
      show: (terminal) =>
        terminal.list(
          columns(terminal).filter(({ key }) => shown.includes(key)),
          rows,
        ),
    };
  },
});

async function findSecuredUsers({ client, user }: SectionSource): Promise<readonly SecuredUser[]> {
  const names = [...new Set([user.accountName, user.employeeCode])].filter((name) => name !== null);
  const found = SECURED_APPS.flatMap((app) => names.map((name) => client.secured.find(app, { name })));
  return (await Promise.all(found)).flat();
}

interface ConcerningItem extends RenewalItem {
  readonly relation: "owner" | "holder";
}

const RELATION_FIELDS = {
  relation: {
    ...defineLabelledChoice({
      owner: text("owner", "更新担当"),
      holder: text("account or telephone", "アカウント・電話"),
    }),
    label: text("relation", "関係"),
  },
} as const satisfies Fields;

async function findConcerningItems({ client, user }: SectionSource): Promise<readonly ConcerningItem[]> {
  const person = toPerson({ id: user.id, name: user.name, account: user.accountName, emails: user.emails });
  return (await client.renewals.list()).flatMap((item): readonly ConcerningItem[] => {
    if (mentionsPerson(person, item.owner)) return [{ ...item, relation: "owner" }];
    const isHolder = [item.account, item.phoneHolder].some((holder) => mentionsPerson(person, holder));
    return isHolder ? [{ ...item, relation: "holder" }] : [];
  });
}

async function findOpenTasks({ client, user }: SectionSource): Promise<readonly ConsoleTask[]> {
  const tasks = (await client.console.list()).map(async (task) =>
    // a list has only the first records of a task
    task.records.length < task.create + task.update + task.delete
      ? client.console.show(task.number, { all: true })
      : task,
  );
  return (await Promise.all(tasks)).flatMap((task) => {
    const records = task.records.filter(({ id }) => id === user.id);
    return records.length === 0 ? [] : [{ ...task, records }];
  });
}

async function findLastChanges({ client, user }: SectionSource): Promise<readonly VersionRow[]> {
  const found = await client.users.history({ name: user.id });
  const all = found.flatMap(({ versions, ...record }) => versions.map((version) => ({ ...version, record })));
  return all.toReversed().slice(0, MAX_LAST_CHANGES);
}

/** Maximum number of changes that are shown; `users history` shows all. */
const MAX_LAST_CHANGES = 5;

const { name, kind, expiresAt } = RENEWAL_ITEM.fields;

export const USER_SECTIONS: readonly Section[] = [
  defineSection<Device>({
    key: "devices",
    header: text("devices", "デバイス"),
    needs: "devices.read",
    load: ({ client, user }) => Array.fromAsync(client.devices.list({ owner: user.id })),
    columns: () => DEVICE_COLUMNS,
    shown: ["serialNumber", "platform", "identificationName", "phoneNumber", "status"],
  }),
  defineSection<Account>({
    key: "accounts",
    header: text("CLOMO account", "CLOMO アカウント"),
    needs: "accounts.read",
    load: ({ client, user }) => client.accounts.find({ name: user.id }),
    columns: () => ACCOUNT_COLUMNS,
    shown: ["name", "role", "scheme", "managedOrgs", "supportOption"],
  }),
  defineSection<SecuredUser>({
    key: "secured",
    header: text("SECURED APPs", "SECURED APPs"),
    needs: "secured.read",
    load: findSecuredUsers,
    columns: () => SECURED_USER_COLUMNS,
    shown: ["app", "userId", "name", "groups", "role"],
  }),
  defineSection<ConcerningItem>({
    key: "renewals",
    header: text("renewal items", "年次更新・期限"),
    needs: "renewals.read",
    load: findConcerningItems,
    columns: () => buildFieldColumns({ kind, name, expiresAt, ...RELATION_FIELDS }),
    shown: ["kind", "name", "expiresAt", "relation"],
  }),
  defineSection<VersionRow>({
    key: "changes",
    header: text("last changes", "最近の変更"),
    needs: "users.read",
    load: findLastChanges,
    columns: (terminal) => buildVersionColumns(USER.fields, (at) => terminal.moment(at)),
    shown: DEFAULT_HISTORY_COLUMNS,
  }),
  defineSection<ConsoleTask>({
    key: "consoleTasks",
    header: text("tasks for the console", "管理画面での作業"),
    needs: "console.read",
    load: findOpenTasks,
    columns: () => TASK_COLUMNS,
    shown: DEFAULT_TASK_COLUMNS,
  }),
];

export async function loadSections(
  source: SectionSource,
  sections: readonly Section[],
): Promise<ReadonlyMap<string, LoadedSection>> {
  const visible = sections.filter(({ needs }) => source.rights.may(needs));
  return new Map(await Promise.all(visible.map(async (section) => [section.key, await section.load(source)] as const)));
}

export async function showSections(
  { terminal }: Pick<Tools, "terminal">,
  user: User,
  loaded: ReadonlyMap<string, LoadedSection>,
): Promise<void> {
  const { heading } = await terminal.styles("stdout");
  for (const { key, header } of USER_SECTIONS) {
    const section = loaded.get(key);
    if (section === undefined || section.rows.length === 0) continue;
    await terminal.out.write(`\n${heading(terminal.say(header))}\n`);
    await section.show(terminal);
  }
  if (loaded.get("changes")?.rows.length === MAX_LAST_CHANGES) {
    await terminal.note(step("all changes", "すべての変更", line("users history", [user.id])));
  }
}
