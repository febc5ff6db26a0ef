import { line, step } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { SCHEME_ITEMS, type Operation } from "../../derived/role-policy.ts";
import type { SCHEME } from "../../nouns/scheme.ts";
import type { RecordOf } from "../../model/thing.ts";
import { formatCount, text } from "../../text/index.ts";
import { getCurrentInstant } from "../store/ids.ts";
import type { Session } from "../ledger/session.ts";
import { findRecordNumberById } from "../ledger/record-rows.ts";
import { deleteScheme, readSchemeHolders, SCHEMES, type SchemeHolder } from "../ledger/account-rows.ts";
import type { Reader } from "../store/types.ts";
import {
  createRecord,
  editRecord,
  toChangedObject,
  getRecordById,
  requireIds,
  type ManualRequestBody,
  type EditableRecordType,
  type ChangeResult,
} from "../ledger/records.ts";

export type Scheme = RecordOf<typeof SCHEME.fields>;
export type WrittenScheme = ChangeResult<Scheme>;

export type SchemeDetail = Awaited<ReturnType<typeof readSchemeWithHolders>>;

export interface DeletedSchemes {
  readonly consoleTasks: readonly number[];
}

const sortSchemeItems = (items: readonly string[]): readonly string[] =>
  items.toSorted((a, b) => SCHEME_ITEMS.indexOf(a as Operation) - SCHEME_ITEMS.indexOf(b as Operation));

const EDITABLE_SCHEMES: EditableRecordType<typeof SCHEME.fields> = {
  list: SCHEMES,
  reading: async (_, { operations, ...given }) => ({
    values:
      operations === undefined ? given : { ...given, operations: sortSchemeItems(operations as readonly string[]) },
  }),
};

export const createScheme = (session: Session, body: ManualRequestBody): Promise<WrittenScheme> =>
  createRecord(session, EDITABLE_SCHEMES, body);

export const editScheme = (session: Session, id: string, body: ManualRequestBody): Promise<WrittenScheme> =>
  editRecord(session, EDITABLE_SCHEMES, id, body);

export const readSchemeWithHolders = async (reader: Reader, id: string) => ({
  scheme: await getRecordById(reader, SCHEMES, id),
  holders: await readSchemeHolders(reader, id),
});

export const deleteSchemes = (
  session: Session,
  { ids, dryRun }: { readonly ids: readonly string[]; readonly dryRun?: boolean | undefined },
): Promise<DeletedSchemes> => {
  requireIds(ids);
  const change = { action: "roles.schemes.delete", locks: ["schemes", "accounts"], dryRun } as const;
  return session.change(change, async (writer) => {
    const schemes: Scheme[] = [];
    for (const id of new Set(ids)) {
      const scheme = await getRecordById(writer, SCHEMES, id);
      const holders = await readSchemeHolders(writer, id);
      if (holders.length > 0) throw createSchemeInUseFailure(scheme, holders);
      const pk = (await findRecordNumberById(writer, SCHEMES.thing.name, id)) ?? 0;
      await deleteScheme(writer, { pk, at: getCurrentInstant(session.surroundings) });
      schemes.push(scheme);
    }
    const objects = schemes.map((scheme) => toChangedObject(EDITABLE_SCHEMES, scheme));
    return {
      result: (task) => ({ consoleTasks: [task ?? []].flat() }),
      objects,
      before: schemes.length === 1 ? schemes[0] : { schemes },
    };
  });
};

const MAX_LISTED_ACCOUNTS = 10;

const createSchemeInUseFailure = ({ name }: Scheme, holders: readonly SchemeHolder[]): Failure => {
  const named = holders.slice(0, MAX_LISTED_ACCOUNTS).map((holder) => `${holder.name} <${holder.account ?? ""}>`);
  const all = [...named, ...(holders.length > MAX_LISTED_ACCOUNTS ? ["…"] : [])];
  const [first] = holders;
  return new Failure("input-rejected", {
    what: text(
      `${formatCount(holders.length, "account")} have the scheme ${name}: ${all.join(", ")}`.replace(
        /^1 account have/,
        "1 account has",
      ),
      `スキーム「${name}」は ${holders.length} 個のアカウントに設定されています: ${all.join("、")}`,
    ),
    where: name,
    hint: step(
      "assign another scheme to these accounts first",
      "先にほかのスキームを設定してください",
      line("clomo-account edit", [first?.account ?? "ACCOUNT"], { scheme: "NAME" }),
    ),
  });
};
