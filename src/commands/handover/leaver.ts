import { line, step } from "../../lib/advice/index.ts";
import type { Client, User } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { HandoverFacts } from "../../lib/handover/checklist/facts.ts";
import type { LeaverRecords } from "../../lib/handover/checklist/leaver.ts";
import {
  findPeople,
  isSameName,
  namesPerson,
  type KnownPerson,
  type Person,
} from "../../lib/handover/checklist/people.ts";
import { notTakenIn, type MirrorGaps } from "../../lib/model/mirror.ts";
import { SECURED_APPS, type SecuredApp } from "../../lib/model/secured-user.ts";
import { dayOf } from "../../lib/model/time.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields, InputOf } from "../field.ts";
import { firstOf } from "../listing/list.ts";
import type { HandoverTenant } from "./facts.ts";

/** The options that name who leaves. */
export const LEAVER_OPTIONS = {
  leaver: {
    kind: "string",
    value: "PERSON",
    names: "users",
    about: text(
      "who leaves: account, mail address or name, wherever it is recorded",
      "退任者: アカウント名、メールアドレス、名前(登録されているもの)",
    ),
  },
  leaves: { kind: "date", value: "DATE", about: text("the leaver's last day", "退任者の最終日") },
} as const satisfies Fields;

/** Who leaves, as typed. */
export type LeaverInput = InputOf<typeof LEAVER_OPTIONS>;

/** @throws Failure `usage` for a last day of nobody. @param where the command */
export function refuseNobody(where: string, { leaver, leaves }: LeaverInput): void {
  if (leaves === undefined || leaver !== undefined) return;
  throw new Failure("usage", {
    what: text("--leaves is of a leaver", "--leaves は --leaver と一緒に指定してください"),
    where,
    hint: text("name the person by --leaver PERSON", "--leaver PERSON で退任者を指定してください"),
  });
}

/** The last day in a zone. */
export const lastDay = ({ leaves }: Pick<LeaverInput, "leaves">, zone: string): string | undefined =>
  leaves === undefined ? undefined : "day" in leaves ? leaves.day : dayOf(leaves.instant, zone);

/** Users of one name that are told: of more than one none is meant. */
const MOST = 100;

/**
 * Whom an option means: by account, mail address or name, wherever it is recorded.
 *
 * @throws Failure `not-found`, and `usage` with the ids of those who are meant where there are several
 */
export async function personNamed({ client }: HandoverTenant, facts: HandoverFacts, typed: string): Promise<Person> {
  return theOne(findPeople(facts, typed, await usersNamed(client, typed)), typed);
}

/** The one who is meant. @throws Failure as {@link personNamed} */
export function theOne(found: readonly Person[], typed: string): Person {
  const [person, ...others] = found;
  if (person === undefined) {
    throw new Failure("not-found", {
      what: text(`nobody is recorded as ${typed}`, `「${typed}」という人は、どこにも登録されていません`),
      hint: step("to search users", "ユーザーを探すには", line("users list", [], { search: "TEXT" })),
    });
  }
  if (others.length === 0) return person;
  const names = found.map(({ words, id }) => `${words.at(-1) ?? ""} ${id ?? ""}`.trim()).join(", ");
  throw new Failure("usage", {
    what: text(`several people are called ${typed}: ${names}`, `「${typed}」に当てはまる人が複数います: ${names}`),
    hint: text("name one by mail address or id", "メールアドレスか ID で指定してください"),
  });
}

/** Users whom a typed text may mean. */
export async function usersNamed(client: Client<"users">, typed: string): Promise<readonly KnownPerson[]> {
  const name = typed.trim();
  if (name === "") return [];
  const users = [
    ...(await client.users.find({ name })),
    ...(await Array.fromAsync(firstOf(calledSo(client, name), MOST))),
  ];
  return users.map(({ id, name: called, accountName, emails }) => ({ id, name: called, account: accountName, emails }));
}

/** Users of this very name: a filter also lists those whose name contains it. */
async function* calledSo({ users }: Client<"users">, name: string): AsyncGenerator<User> {
  for await (const user of users.list({ filterName: name })) if (isSameName(user.name, name)) yield user;
}

/** What only a look at other records tells of somebody, and what of that a mirror does not have. */
export async function recordsOf(
  { client }: HandoverTenant,
  person: Person,
): Promise<{ readonly records: LeaverRecords; readonly notTaken: MirrorGaps }> {
  const { id, account } = person;
  const devices = id === null ? [] : await devicesOf(client, id);
  const secured: SecuredApp[] = [];
  for (const app of SECURED_APPS) {
    const { administrators } = await client.administrators.list(app);
    if (administrators.some(({ key, name }) => namesPerson(person, key) || namesPerson(person, name)))
      secured.push(app);
  }
  const schemes = account === null ? [] : await schemesBy(client, account);
  return {
    records: { devices, secured, schemes },
    notTaken: notTakenIn(await client.tenant.show()),
  };
}

/** Names of all devices of an owner. */
async function devicesOf(client: HandoverTenant["client"], owner: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { serialNumber, id } of client.devices.list({ owner })) names.push(serialNumber ?? id);
  return names;
}

/** Names of the schemes that somebody made or changed, by the audit. */
async function schemesBy(client: HandoverTenant["client"], account: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const { record } of client.audit.list({ actor: account, action: "roles.schemes" })) {
    if (typeof record === "string" || record.actor !== account || record.action === "roles.schemes.delete") continue;
    for (const { name } of record.objects ?? []) if (name !== undefined) names.add(name);
  }
  return [...names];
}
