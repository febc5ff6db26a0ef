import { format, parse } from "node:path";

export const getDeletionsFileName = (file: string): string => {
  const { dir, name } = parse(file);
  return format({ dir, name: `${name}-delete`, ext: ".xlsx" });
};
