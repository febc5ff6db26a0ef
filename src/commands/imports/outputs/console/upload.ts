import { format, parse } from "node:path";
import type { Import } from "../../../../lib/client/index.ts";
import { getUploadMode, type UploadPlan } from "../../../../lib/model/upload.ts";

/** Returns the number of records that have to be deleted by hand, because the upload does not delete them. */
export const countManualDeletions = (plan: UploadPlan & Pick<Import, "delete">): number =>
  getUploadMode(plan) === "replace" ? 0 : plan.delete;

/** Returns the name of the file that lists what to delete by hand, next to the upload file: `up-delete.xlsx`. */
export const getDeletionsFileName = (file: string): string => {
  const { dir, name } = parse(file);
  return format({ dir, name: `${name}-delete`, ext: ".xlsx" });
};

/** Returns the name of the file that lists what to delete by hand; undefined if there is nothing to delete. */
export const resolveDeletionsFile = (file: string, plan: UploadPlan & Pick<Import, "delete">): string | undefined =>
  countManualDeletions(plan) === 0 ? undefined : getDeletionsFileName(file);
