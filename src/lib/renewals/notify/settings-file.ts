import { join } from "node:path";
import { readOwnFile } from "../../files/index.ts";
import { NOTIFY_FILE, type NotifySettings } from "./settings.ts";

/** Whose settings, and where. */
export interface SettingsPlace {
  /** the settings folder */
  readonly settings: string;
  /** see `readOwnFile` */
  readonly userId: number | undefined;
}

/** The path of the settings' file. */
export const notifyFileIn = ({ settings }: Pick<SettingsPlace, "settings">): string => join(settings, NOTIFY_FILE);

/**
 * The settings of `renewals notify`; undefined where there is no file.
 *
 * @throws Failure as `readOwnFile`, and `input-rejected` with the line
 */
export const readNotifySettings = async (place: SettingsPlace): Promise<NotifySettings | undefined> => {
  const file = notifyFileIn(place);
  const content = readOwnFile(file, place.userId);
  if (content === undefined) return undefined;
  const { parseNotifySettings } = await import("./settings-schema.ts");
  return parseNotifySettings(content, file);
};
