import { ENROLLED, PUSHED_PLATFORMS } from "../../model/push-certificate.ts";
import type { Reader, Value, Writer } from "../store/store.ts";

/** What a tenant keeps of its push certificate. Keys are sealed; null where there is none. */
export interface StoredPush {
  /** PEM */
  readonly certificate: string | null;
  readonly privateKey: string | null;
  readonly topic: string | null;
  readonly name: string | null;
  readonly expiresAt: string | null;
  readonly validFrom: string | null;
  readonly appleAccount: string | null;
  /** 1 or 0 */
  readonly issuedByApple: number | null;
  readonly simulated: number | null;
  readonly fingerprint: string | null;
  readonly publicKey: string | null;
  readonly uploadedAt: string | null;
  readonly uploadedBy: string | null;
  readonly stagedKey: string | null;
  /** PEM */
  readonly stagedRequest: string | null;
  readonly stagedPublicKey: string | null;
  readonly stagedEmail: string | null;
  readonly stagedName: string | null;
  readonly stagedCountry: string | null;
  readonly stagedAt: string | null;
  readonly profilePasswordSetAt: string | null;
  /** id of the renewal item that has its expiry */
  readonly renewal: string | null;
}

const NOTHING: StoredPush = {
  certificate: null,
  privateKey: null,
  topic: null,
  name: null,
  expiresAt: null,
  validFrom: null,
  appleAccount: null,
  issuedByApple: null,
  simulated: null,
  fingerprint: null,
  publicKey: null,
  uploadedAt: null,
  uploadedBy: null,
  stagedKey: null,
  stagedRequest: null,
  stagedPublicKey: null,
  stagedEmail: null,
  stagedName: null,
  stagedCountry: null,
  stagedAt: null,
  profilePasswordSetAt: null,
  renewal: null,
};

const COLUMNS = Object.keys(NOTHING) as readonly (keyof StoredPush)[];

export const readPush = async (reader: Reader): Promise<StoredPush> =>
  ((await reader.get(`select ${COLUMNS.join(", ")} from push_certificate`)) as StoredPush | undefined) ?? NOTHING;

/** Writes some of it; the rest stays. */
export const writePush = async (writer: Writer, change: Partial<StoredPush>): Promise<void> => {
  const values: Readonly<Record<string, Value>> = { ...(await readPush(writer)), ...change };
  await writer.run(
    `insert into push_certificate (pk, ${COLUMNS.join(", ")}) values (1, ${COLUMNS.map((name) => `:${name}`).join(", ")})
     on conflict (pk) do update set ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(", ")}`,
    values,
  );
};

/** No request waits for a certificate any more. */
export const NOT_STAGED = {
  stagedKey: null,
  stagedRequest: null,
  stagedPublicKey: null,
  stagedEmail: null,
  stagedName: null,
  stagedCountry: null,
  stagedAt: null,
} as const satisfies Partial<StoredPush>;

/** Number of devices that fall silent without the certificate: one without a platform may be an iPhone. */
export const countEnrolled = (reader: Reader): Promise<number> =>
  reader.count(
    `select count(*) from device where status = :status
     and (platform is null or platform in (:unknown, ${PUSHED_PLATFORMS.map((_, index) => `:platform${index}`).join(", ")}))`,
    {
      status: ENROLLED,
      unknown: "",
      ...Object.fromEntries(PUSHED_PLATFORMS.map((platform, index) => [`platform${index}`, platform])),
    },
  );
