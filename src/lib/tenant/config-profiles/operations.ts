import { CONFIG_PROFILE } from "../../model/config-profile.ts";
import { operation } from "../operation.ts";
import { findClashes, findLostAssignments, readEffective } from "../records/assigned-rows.ts";
import { CONFIG_PROFILE_LIST } from "../records/config-profile-rows.ts";
import { recordOperations } from "../records/operations.ts";
import { getRecordById } from "../records/records.ts";
import { streamList } from "../store/lists.ts";

export const configProfiles = {
  ...recordOperations({
    noun: "config-profiles",
    list: CONFIG_PROFILE_LIST,
    needs: "config-profiles.read",
    filters: () => ({}),
    editable: async (_, given) => (await import("../records/config-profiles.ts")).openConfigProfiles(given),
    creates: () => ["config-profiles.write"],
    edits: () => ["config-profiles.write"],
    without: [],
  }),
  list: operation({
    route: "GET /v1/config-profiles",
    about: "List configuration profiles, in the order in which they were created",
    input: ({ z, listQuery }) => z.strictObject(listQuery),
    needs: ["config-profiles.read"],
    result: "list",
    run: ({ store }, query) => streamList(store, CONFIG_PROFILE_LIST, query),
  }),
  effective: operation({
    route: "GET /v1/config-profiles/effective",
    about: "List the profiles of a device, or of each device of an organisation, and why they apply",
    input: ({ z, Id }) => z.strictObject({ device: Id.optional(), org: Id.optional() }),
    needs: ["config-profiles.read"],
    run: ({ session }, of) => session.read((reader) => readEffective(reader, CONFIG_PROFILE.name, of)),
  }),
  clashes: operation({
    route: "GET /v1/config-profiles/clashes",
    about: "Find profiles of one kind on the same devices, and profiles whose organisations or devices do not exist",
    needs: ["config-profiles.read"],
    isLong: true,
    run: ({ session }) =>
      session.read(async (reader) => ({
        clashes: await findClashes(reader, CONFIG_PROFILE.name),
        lost: await findLostAssignments(reader, CONFIG_PROFILE.name),
      })),
  }),
  file: operation({
    route: "GET /v1/config-profiles/{id}/file",
    about: "Get the file of a configuration profile, byte for byte",
    needs: ["config-profiles.read"],
    result: "file",
    run: async ({ session }, _, { id }) => {
      const { readKeptFile } = await import("../records/kept-files.ts");
      return session.read(async (reader) =>
        readKeptFile(reader, (await getRecordById(reader, CONFIG_PROFILE_LIST, id)).file),
      );
    },
  }),
};

export type { Clash, Effective } from "../records/assigned-rows.ts";
export type { ConfigProfile } from "../../model/config-profile.ts";
