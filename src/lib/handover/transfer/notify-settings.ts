import { isMap, isSeq, parseDocument } from "yaml";
import { emailKey } from "../../model/normalise.ts";

/** Settings in which somebody has taken another's place. */
export interface SucceededSettings {
  readonly content: string;
  /** the addresses that were replaced, as they stood there */
  readonly replaced: readonly string[];
}

/**
 * The text of `notify.yaml` with another mail address in place of somebody's; comments stay. An address that is a recipient
 * already is not listed twice.
 *
 * @param content settings that can be read
 */
export function withSuccessor(
  content: string,
  { leaver, successor }: { readonly leaver: readonly string[]; readonly successor: string },
): SucceededSettings {
  const document = parseDocument(content);
  const recipients = document.get("recipients");
  if (!isSeq(recipients)) return { content, replaced: [] };
  const keys = new Set(leaver.map(emailKey));
  const maps = recipients.items.filter((item) => isMap(item));
  const addressIn = (map: (typeof maps)[number]): string => {
    const address: unknown = map.get("address");
    return typeof address === "string" ? address : "";
  };
  const replaced: string[] = [];
  for (const map of maps) {
    const address = addressIn(map);
    if (map.get("way") !== "mail" || !keys.has(emailKey(address))) continue;
    replaced.push(address);
    const isListed = recipients.items.some(
      (item) => isMap(item) && item !== map && emailKey(addressIn(item)) === emailKey(successor),
    );
    if (isListed) recipients.items.splice(recipients.items.indexOf(map), 1);
    else map.set("address", successor);
  }
  return replaced.length === 0 ? { content, replaced } : { content: document.toString({ lineWidth: 0 }), replaced };
}
