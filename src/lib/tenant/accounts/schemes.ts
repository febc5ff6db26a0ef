import { line, step } from "../../advice/index.ts";
import type { DeletedSchemes, HeldScheme, Scheme } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { SCHEME_ITEMS } from "../../model/role-policy.ts";
import type { Operation } from "../../model/role.ts";
import { SCHEME } from "../../model/scheme.ts";
import type { HandValues } from "../../model/thing.ts";
import { judgeRecord } from "../../rules/index.ts";
import { enforce } from "../../rules/rule.ts";
import { counted, text } from "../../text/index.ts";
import { instant } from "../ids.ts";
import type { IdempotentRequest, Session } from "../session.ts";
import { numberOf } from "../records/record-rows.ts";
import { deleteScheme, schemeHolders, SCHEMES, type SchemeHolder } from "./scheme-rows.ts";
import type { Reader } from "../store/store.ts";
import { createRecord, editRecord, objectOf, recordOf, tasksOf } from "../records/records.ts";
import type { HandBody, HandNoun, ChangeResult } from "../records/records.ts";

/** Check items in the order in which roles are told, whatever the order of the request. */
const inOrder = (items: readonly string[]): readonly string[] =>
  items.toSorted((a, b) => SCHEME_ITEMS.indexOf(a as Operation) - SCHEME_ITEMS.indexOf(b as Operation));

/** The items that a request means: those that it gives, or those that there are with some more or less. */
const meantItems = ({ addItems, removeItems, ...given }: HandValues, before: Scheme | undefined): HandValues => {
  const [added, removed] = [addItems, removeItems].map((items) => (items ?? []) as readonly string[]);
  if (added === undefined || removed === undefined || added.length + removed.length === 0) {
    const { operations } = given;
    return operations === undefined ? given : { ...given, operations: inOrder(operations as readonly string[]) };
  }
  const items = (given["operations"] ?? before?.operations ?? []) as readonly string[];
  const missing = removed.find((item) => !items.includes(item));
  if (missing !== undefined) throw hasNot(before, missing);
  const after = new Set([...items, ...added]).difference(new Set(removed));
  const operations = inOrder([...after]);
  checkItems(operations, "--remove-item");
  return { ...given, operations };
};

/** @param option that left these items */
const checkItems = (operations: readonly string[], option: string): void =>
  enforce(judgeRecord(SCHEME.name, { after: { operations } }), option);

const hasNot = (scheme: Scheme | undefined, item: string): Failure => {
  const name = scheme?.name ?? "";
  return new Failure("input-rejected", {
    what: text(`the scheme ${name} has no item ${item}`, `スキーム「${name}」に項目 ${item} はありません`),
    where: item,
    hint: text(`see ${line("roles schemes show", [name])}`, `確認: ${line("roles schemes show", [name])}`),
  });
};

/** Custom schemes, as they are written by hand. */
const HAND_SCHEMES: HandNoun<typeof SCHEME.fields> = {
  list: SCHEMES,
  collection: "schemes",
  series: "schemes",
  actions: "roles.schemes",
  reading: (_, given, before) => Promise.resolve({ values: meantItems(given, before as Scheme | undefined) }),
  check: (_, { values }) => {
    const items = values.get("operations");
    if (Array.isArray(items)) checkItems(items as readonly string[], "--item");
    return Promise.resolve();
  },
};

/** @throws Failure `input-rejected` where the name is taken, an item is none, or there is no item */
export const createScheme = (
  session: Session,
  body: HandBody,
  once?: Omit<IdempotentRequest<ChangeResult<Scheme>>, "replay">,
): Promise<ChangeResult<Scheme>> => createRecord(session, HAND_SCHEMES, body, once);

/** @throws Failure as {@link createScheme}; `not-found` */
export const editScheme = (session: Session, id: string, body: HandBody): Promise<ChangeResult<Scheme>> =>
  editRecord(session, HAND_SCHEMES, id, body);

/** A scheme, and the accounts that have it. @throws Failure `not-found` */
export const heldScheme = async (reader: Reader, id: string): Promise<HeldScheme> => ({
  scheme: await recordOf(reader, SCHEMES, id),
  holders: await schemeHolders(reader, id),
});

/** What is to be deleted, as it was seen. */
interface SchemeDeletion {
  readonly ids: readonly string[];
  /** the tenant's revision before they were looked at */
  readonly seen?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/**
 * Deletes schemes that no account has, all of them or none.
 *
 * @throws Failure `not-found`; `input-rejected` where accounts have one; `conflict` where schemes or accounts were changed
 *   since they were seen
 */
export const deleteSchemes = (
  session: Session,
  { ids, seen, dryRun = false }: SchemeDeletion,
): Promise<DeletedSchemes> => {
  const change = { action: "roles.schemes.delete", locks: ["schemes", "accounts"], seen, dryRun };
  return session.change(change, async (writer) => {
    const schemes: Scheme[] = [];
    for (const id of new Set(ids)) {
      const scheme = await recordOf(writer, SCHEMES, id);
      const holders = await schemeHolders(writer, id);
      if (holders.length > 0) throw isHeld(scheme, holders);
      const pk = (await numberOf(writer, SCHEMES.thing.name, id)) ?? 0;
      await deleteScheme(writer, { pk, at: instant(session.surroundings) });
      schemes.push(scheme);
    }
    const objects = schemes.map((scheme) => objectOf(HAND_SCHEMES, scheme));
    return {
      result: async (taskOf) => ({ schemes, consoleTasks: await tasksOf(taskOf, objects), dryRun }),
      objects,
      before: schemes.length === 1 ? schemes[0] : { schemes },
    };
  });
};

/** Accounts that a refusal names. */
const MAX_NAMED = 10;

const isHeld = ({ name }: Scheme, holders: readonly SchemeHolder[]): Failure => {
  const named = holders.slice(0, MAX_NAMED).map((holder) => `${holder.name} <${holder.account ?? ""}>`);
  const all = [...named, ...(holders.length > MAX_NAMED ? ["…"] : [])];
  const [first] = holders;
  return new Failure("input-rejected", {
    what: text(
      `${counted(holders.length, "account")} have the scheme ${name}: ${all.join(", ")}`.replace(
        /^1 account have/,
        "1 account has",
      ),
      `スキーム「${name}」は ${holders.length} 個のアカウントに設定されています: ${all.join("、")}`,
    ),
    where: name,
    hint: step(
      "give them another one first",
      "先にほかのスキームを設定してください",
      line("clomo-account edit", [first?.account ?? "ACCOUNT"], { scheme: "NAME" }),
    ),
  });
};
