import { operation } from "../operation.ts";
import { CONFIG_PROFILE_LIST, findClashes, selectEffective } from "../records/assigned-rows.ts";
import { recordOperations } from "../records/operations.ts";
import { getRecordById } from "../records/records.ts";
import { streamList } from "../store/lists.ts";

const loadAssigned = () => import("../records/assigned.ts");

export const configProfiles = {
  ...recordOperations({
    noun: "config-profiles",
    list: CONFIG_PROFILE_LIST,
    needs: "config-profiles.read",
    filters: () => ({}),
    editable: async (_, given) => (await loadAssigned()).openConfigProfiles(given),
    creates: () => ["config-profiles.write"],
    edits: () => ["config-profiles.write"],
    without: [],
  }),
  list: operation({
    route: "GET /v1/config-profiles",
    about: "List configuration profiles, or those that apply to a device or to each device of an organisation",
    input: ({ z, Id, listQuery }) => z.strictObject({ ...listQuery, device: Id.optional(), org: Id.optional() }),
    needs: ["config-profiles.read"],
    result: "list",
    run: ({ store }, { device, org, ...query }) =>
      streamList(store, selectEffective(CONFIG_PROFILE_LIST, { device, org }), query),
  }),
  clashes: operation({
    route: "GET /v1/config-profiles/clashes",
    about: "Count the devices that have several configuration profiles of one kind",
    needs: ["config-profiles.read"],
    isLong: true,
    run: ({ session }) => session.read(findClashes),
  }),
  file: operation({
    route: "GET /v1/config-profiles/{id}/file",
    about: "Get the file of a configuration profile, byte for byte",
    needs: ["config-profiles.read"],
    result: "file",
    run: async ({ session }, _, { id }) => {
      const { readKeptFile } = await loadAssigned();
      return session.read(async (reader) =>
        readKeptFile(reader, (await getRecordById(reader, CONFIG_PROFILE_LIST, id)).file),
      );
    },
  }),
};

export type { Clash } from "../records/assigned-rows.ts";
export type { ConfigProfile } from "../../model/config-profile.ts";
