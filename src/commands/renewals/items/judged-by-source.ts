import type { RenewalItem } from "../../../lib/client/index.ts";
import { gatherRecorded } from "../../../lib/renewals/sources.ts";
import type { Text } from "../../../lib/text/index.ts";
import type { ChosenTenant } from "../../tools.ts";

/** A recorded thing with the date it is judged by, and what is to be said of that date. */
export interface JudgedBySource {
  readonly item: RenewalItem;
  /** UTC instant, as its file tells it; null where none does */
  readonly validFrom: string | null;
  /** why the date could not be compared, or that file and record differ */
  readonly remark: Text | null;
}

/**
 * A tenant's things as everything judges them: with the earlier of the recorded date and that of the file it was read
 * from. Files are looked at only where the record was made on this machine.
 *
 * @param timezone an IANA name; remarks tell days in it
 */
export async function judgedBySource(
  { context, client }: Pick<ChosenTenant, "context" | "client">,
  timezone: string,
): Promise<readonly JudgedBySource[]> {
  const all: JudgedBySource[] = [];
  for (const item of await client.renewals.list()) {
    const { kind, name, organisation, expiresAt: recorded, certainty: sure, fingerprint, topic, source } = item;
    const { expiresAt, certainty, validFrom, remark } = await gatherRecorded(
      { kind, name, organisation, expiresAt: recorded, certainty: sure, fingerprint, topic, source },
      { lookAtSource: context.kind === "embedded", timezone },
    );
    // a file's date in the form of records, as items are ordered and notices kept by it
    const judged = expiresAt === null || expiresAt === recorded ? recorded : new Date(expiresAt).toISOString();
    all.push({ item: { ...item, expiresAt: judged, certainty: certainty ?? sure }, validFrom, remark });
  }
  return all;
}

/** What is to be said of a thing's date, where it has one: that it has none shows by itself. */
export const remarkOf = ({ item, remark }: JudgedBySource): readonly Text[] =>
  remark === null || item.expiresAt === null
    ? []
    : [{ en: `${item.name}: ${remark.en}`, ja: `${item.name}: ${remark.ja}` }];
