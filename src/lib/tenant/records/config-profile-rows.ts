import { CONFIG_PROFILE } from "../../model/config-profile.ts";
import { createFormat } from "../../model/format.ts";
import { CREATION_ORDER, type RecordList } from "../store/lists.ts";

export const CONFIG_PROFILE_LIST: RecordList<typeof CONFIG_PROFILE.fields> = {
  thing: CONFIG_PROFILE,
  format: createFormat(CONFIG_PROFILE, "config-profiles"),
  table: "config_profile t",
  order: [CREATION_ORDER],
  filters: { filterName: "name", filterId: "id" },
  named: "t.id = :name or coalesce(t.nameKey, t.name) = :nameKey",
};
