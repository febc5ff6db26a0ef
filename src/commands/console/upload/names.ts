import { format, parse } from "node:path";

/** Returns the name of the file that lists what to delete by hand, next to the upload file: `up-delete.xlsx`. */
export const getDeletionsFileName = (file: string): string => {
  const { dir, name } = parse(file);
  return format({ dir, name: `${name}-delete`, ext: ".xlsx" });
};
