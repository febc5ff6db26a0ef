import { join } from "node:path";
import { Failure } from "../../errors/index.ts";
import { createReadFailure, readTrustedFile } from "../../files/index.ts";
import type { SecretReadOptions } from "./secret.ts";
import type { NotifySettings } from "./settings-schema.ts";

export const NOTIFY_FILE = "notify.yaml";

export const getNotifyFile = ({ folder }: SecretReadOptions): string => join(folder, NOTIFY_FILE);

/** Returns undefined if the file does not exist. @throws `input-rejected` with the line number */
export const readNotifySettings = async (place: SecretReadOptions): Promise<NotifySettings | undefined> => {
  const file = getNotifyFile(place);
  const content = readSettings(file, place.userId);
  if (content === undefined) return undefined;
  const { parseNotifySettings } = await import("./settings-schema.ts");
  return parseNotifySettings(content, file);
};

const readSettings = (file: string, userId: number | undefined): string | undefined => {
  try {
    return readTrustedFile(file, userId);
  } catch (cause) {
    throw cause instanceof Failure ? cause : createReadFailure(file, cause);
  }
};
