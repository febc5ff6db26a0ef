import type { z } from "zod";
import type { PanelKind } from "../../nouns/index.ts";
import type { Fields, ManualValues } from "../../model/thing.ts";
import type { NeededRight } from "../ledger/check-rights.ts";
import type { Actor } from "../ledger/actor.ts";
import { operation, type InputKit } from "./operation.ts";
import type { Session } from "../ledger/session.ts";
import type { ExportQuery } from "../ledger/list-export.ts";
import { findRecords, type RecordList } from "../ledger/lists.ts";
import type { EditableRecordType } from "../ledger/records.ts";

interface ReadNoun<N extends string, F extends Fields> {
  readonly noun: N;
  readonly list: RecordList<F>;
  readonly needs: NeededRight;
}

export const readOperations = <const N extends string, F extends Fields>({ noun, list, needs }: ReadNoun<N, F>) => ({
  find: operation({
    route: `GET /v1/${noun}/find`,
    about: `Find ${noun} by ID, or by a name or key that people use`,
    input: ({ z, byName }) => z.strictObject(byName),
    needs: [needs],
    run: ({ session }, { name }) => session.read((reader) => findRecords(reader, list, name)),
  }),
  history: operation({
    route: `GET /v1/${noun}/history`,
    about: `Get all versions of ${noun}, including deleted ones, by a name that they have or had`,
    input: ({ z, byName }) => z.strictObject(byName),
    needs: [needs],
    run: async ({ session }, { name }) =>
      (await import("../ledger/version-history.ts")).readHistory(session, list.thing.name, name),
  }),
});

interface WrittenNoun<N extends PanelKind, F extends Fields, S extends z.ZodRawShape> {
  readonly noun: N;
  readonly list: RecordList<F>;
  readonly filters?: ((kit: InputKit) => S) | undefined;
  readonly editable?:
    | ((session: Session, given: ManualValues) => EditableRecordType<F> | Promise<EditableRecordType<F>>)
    | undefined;
  readonly creates?: ((actor: Actor, given: object) => readonly NeededRight[]) | undefined;
  readonly edits?: ((given: object) => readonly NeededRight[]) | undefined;
  readonly without?: readonly string[] | undefined;
}

/** Returns the right `part` for an edit of certain fields only. */
export const needsPartOf =
  (whole: NeededRight, part: NeededRight, fields: readonly string[]) =>
  (given: object): readonly NeededRight[] => [
    Object.keys(given).every((field) => fields.includes(field) || field === "dryRun") ? part : whole,
  ];

export const recordOperations = <const N extends PanelKind, F extends Fields, S extends z.ZodRawShape>({
  noun,
  list,
  filters = () => ({}) as S,
  editable = () => ({ list }),
  creates = () => [`${noun}.write`],
  edits = () => [`${noun}.write`],
  without,
}: WrittenNoun<N, F, S>) => {
  const { fields } = list.thing;
  const needs = `${noun}.read` as const;
  return {
    ...readOperations({ noun, list, needs }),
    create: operation({
      route: `POST /v1/${noun}`,
      about: "Create a record; a missing value is blank, and a reference is the ID of the other record",
      input: (kit) => kit.newRecordSchema(fields),
      needs: (actor, given) => creates(actor, given),
      once: true,
      run: async ({ session }, given) =>
        (await import("../ledger/records.ts")).createRecord(session, await editable(session, given), given),
    }),
    edit: operation({
      route: `PATCH /v1/${noun}/{id}`,
      about: "Change a record; a missing value stays, and null or a blank text clears the value",
      input: (kit) => kit.recordChangeSchema(fields, { without }),
      needs: (_, given) => edits(given),
      run: async ({ session }, given, call) => {
        const { id } = call as unknown as { readonly id: string };
        return (await import("../ledger/records.ts")).editRecord(session, await editable(session, given), id, given);
      },
    }),
    export: operation({
      route: `GET /v1/${noun}/export`,
      about: "Export records as CSV with the console's headers",
      input: (kit) => kit.z.strictObject({ ...kit.exportQuery, ...filters(kit) }),
      needs: [needs],
      result: "csv",
      run: async ({ session }, query) =>
        (await import("../ledger/list-export.ts")).exportList(session, list, query as unknown as ExportQuery, {
          action: `${noun}.export`,
        }),
    }),
  };
};
