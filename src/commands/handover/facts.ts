import type { Client } from "../../lib/client/index.ts";
import {
  type Administrator,
  type HandoverFacts,
  findPeople,
  isSameName,
  type KnownPerson,
  type Person,
} from "../../lib/handover/checklist/people.ts";
import type { ChecklistDay } from "../../lib/handover/checklist/index.ts";
import { ADMINISTRATOR_ROLES } from "../../lib/nouns/account.ts";
import { dayOf, toDay } from "../../lib/model/time.ts";
import type { User } from "../../lib/nouns/user.ts";
import { markRejectedItem } from "../../lib/renewals/rejection.ts";
import type { HANDOVER_NOUNS } from "../kit/files/tenant-copy.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../kit/tools.ts";
import { line, step } from "../../lib/advice/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { type LeaverRecords, findMirrorGaps } from "../../lib/handover/checklist/leaver.ts";
import { text } from "../../lib/text/index.ts";
import { defineOption, type Fields, type InputOf } from "../kit/field.ts";
import { limitRecords } from "../kit/list/list.ts";

export const LEAVER_OPTIONS = {
  leaver: defineOption(
    "string",
    "PERSON",
    "leaver: account name, email address, or a name as written in any record",
    "退職者のアカウント名、メールアドレス、または登録データのどこかにある名前",
  ),
  leaves: defineOption("date", "DATE", "the leaver's last day", "退職者の最終出勤日", { requires: "leaver" }),
} as const satisfies Fields;

export interface TypedLeaver {
  readonly typed: string;
  /** such as `2027-03-31` */
  readonly leaves: string | undefined;
}

export const toTypedLeaver = (
  { leaver: typed, leaves }: Partial<InputOf<typeof LEAVER_OPTIONS>>,
  zone: string,
): TypedLeaver | undefined => (typed === undefined ? undefined : { typed, leaves: leaves && toDay(leaves, zone) });

const MAX_NAMESAKES = 100;

/** @throws `not-found` if nobody matches; `usage` with the IDs if several people match */
export async function resolvePerson(
  { client }: Pick<HandoverTenant, "client">,
  facts: HandoverFacts,
  typed: string,
): Promise<Person> {
  const found = findPeople(facts, typed, await findMatchingUsers(client, typed));
  const [person, ...others] = found;
  if (person === undefined) {
    throw new Failure("not-found", {
      what: text(`no recorded person matches "${typed}"`, `「${typed}」に当てはまる人は登録されていません`),
      hint: step("to search for users", "ユーザーを探すには", line("users list", [], { search: "TEXT" })),
    });
  }
  if (others.length === 0) return person;
  const names = found.map(({ words, id }) => `${words.at(-1) ?? ""} ${id ?? ""}`.trim()).join(", ");
  throw new Failure("usage", {
    what: text(`several people match "${typed}": ${names}`, `「${typed}」に当てはまる人が複数います: ${names}`),
    hint: text("use an email address or an ID instead", "メールアドレスか ID で指定してください"),
  });
}

async function findMatchingUsers(client: Client<"users">, typed: string): Promise<readonly KnownPerson[]> {
  const name = typed.trim();
  if (name === "") return [];
  const users = [
    ...(await client.users.find({ name })),
    ...(await Array.fromAsync(limitRecords(findNamesakes(client, name), MAX_NAMESAKES))),
  ];
  return users.map(({ id, name: called, accountName, emails }) => ({ id, name: called, account: accountName, emails }));
}

async function* findNamesakes({ users }: Client<"users">, name: string): AsyncGenerator<User> {
  for await (const user of users.list({ filterName: name })) if (isSameName(user.name, name)) yield user;
}

export async function collectLeaverRecords(
  { client }: { readonly client: Client<"leavers" | "tenant"> },
  { id }: Person,
): Promise<LeaverRecords> {
  const [dependents] = id === null ? [] : await client.leavers.dependents({ ids: [id] });
  const { devices = [], secured } = dependents ?? {};
  return {
    devices: devices.map(({ serialNumber }) => serialNumber),
    secured: secured ?? [],
    missing: findMirrorGaps(await client.tenant.show()),
  };
}

export type HandoverTenant = ChosenTenant<(typeof HANDOVER_NOUNS)[number]>;

export const getChecklistDay = (tools: Tools, tenant: HandoverTenant): ChecklistDay => {
  const timezone = resolveTimezone(tools, tenant);
  return { asOf: dayOf(tools.clock.now(), timezone), timezone };
};

export async function collectHandoverFacts({ client }: Pick<HandoverTenant, "client">): Promise<HandoverFacts> {
  const { profile, mirroredAt } = await client.tenant.show();
  const ade = await client.ade.show();
  const { setAt = null, setBy = null } = ade.token ?? {};
  return {
    tenant: profile,
    isMirror: mirroredAt !== null,
    administrators: await listAdministrators(client),
    renewals: markRejectedItem(await client.renewals.list(), ade),
    adeServer: { adminId: ade.server?.admin ?? null, tokenSetAt: setAt, tokenSetBy: setBy },
    profiles: await Array.fromAsync(client["config-profiles"].list()),
    apps: await Array.fromAsync(client.apps.list()),
    lostDevices: (await Array.fromAsync(client.devices.list({ lost: true }))).map(({ serialNumber }) => serialNumber),
    answers: await client.answers.list(),
  };
}

async function listAdministrators(client: Client<"accounts" | "administrators">): Promise<readonly Administrator[]> {
  const all = new Map<string, Administrator>();
  for (const role of ADMINISTRATOR_ROLES)
    for await (const account of client.accounts.list({ role })) all.set(account.id, account);
  const { administrators: marked } = await client.administrators.list("users");
  for (const { id } of marked.filter((one) => !all.has(one.id)))
    for (const account of await client.accounts.find({ name: id })) all.set(id, account);
  return [...all.values()];
}
