import type { Fields, ManualValues } from "../../model/thing.ts";
import { ASSIGNED_FIELDS } from "../ledger/versions.ts";
import { operation } from "./operation.ts";
import { APP_LIST, CONFIG_PROFILE_LIST, selectAssigned } from "../ledger/assigned-rows.ts";
import { needsPartOf, recordOperations } from "./record-operations.ts";
import type { EditableRecordType } from "../ledger/records.ts";
import type { Session } from "../ledger/session.ts";
import { streamList, type RecordList } from "../ledger/lists.ts";

const assignedOperations = <const N extends "config-profiles" | "apps", F extends Fields>(
  noun: N,
  list: RecordList<F>,
  editable: (session: Session, given: ManualValues) => Promise<EditableRecordType<F>>,
) => ({
  ...recordOperations({ noun, list, editable, edits: needsPartOf(`${noun}.write`, `${noun}.assign`, ASSIGNED_FIELDS) }),
  list: operation({
    route: `GET /v1/${noun}`,
    about: `List ${noun}, or those that apply to a device or to each device of an organisation`,
    input: ({ z, Id, listQuery, queryFlag }) =>
      z.strictObject({
        ...listQuery,
        device: Id.optional(),
        org: Id.optional(),
        ...(noun === "apps" ? { short: queryFlag } : ({} as { readonly short: typeof queryFlag })),
      }),
    needs: [`${noun}.read`],
    result: "list",
    run: ({ store }, { device, org, short, ...query }) =>
      streamList(store, selectAssigned(list, { device, org, short }), query),
  }),
  file: operation({
    route: `GET /v1/${noun}/{id}/file`,
    about: "Get the file of a record, byte for byte",
    needs: [`${noun}.read`],
    result: "file",
    run: async ({ session }, _, call) =>
      (await import("./assigned.ts")).readKeptFile(session, list, (call as unknown as { readonly id: string }).id),
  }),
});

export const configProfiles = assignedOperations("config-profiles", CONFIG_PROFILE_LIST, async (_, given) =>
  (await import("./assigned.ts")).createEditableProfileType(given),
);

export const apps = assignedOperations("apps", APP_LIST, async (session, given) =>
  (await import("./assigned.ts")).createEditableAppType(session, given),
);
