import type { StoredTotp } from "../accounts/askers.ts";
import type { Reader, Writer } from "../store/store.ts";

/** The sealed secret of an account that has not typed a code of its authenticator app yet. */
export const findPendingTotpSecret = async (reader: Reader, user: number): Promise<string | undefined> => {
  const row = await reader.get("select secret from main.totp where user = :user and enabledAt is null", { user });
  return row && String(row["secret"]);
};

/** Stores a sealed secret that takes effect with the first code. The change must lock `accounts`, like all of these. */
export const storePendingTotpSecret = async (writer: Writer, user: number, secret: string): Promise<void> => {
  await writer.run(
    `insert into main.totp (user, secret) values (:user, :secret)
     on conflict (user) do update set secret = :secret, enabledAt = null`,
    { user, secret },
  );
};

/** Enables an account's pending secret. */
export const enableTotp = async (
  writer: Writer,
  { user, lastStep, backupCodes, at }: Omit<StoredTotp, "secret"> & { readonly user: number; readonly at: string },
): Promise<void> => {
  await writer.run(
    "update main.totp set enabledAt = :at, lastStep = :lastStep, backupCodes = :backupCodes where user = :user",
    { user, at, lastStep, backupCodes: JSON.stringify(backupCodes) },
  );
};

/** Records that a code was used: the last time step, and the backup codes that are left. */
export const recordTotpUse = async (
  writer: Writer,
  user: number,
  { lastStep, backupCodes }: StoredTotp,
): Promise<void> => {
  await writer.run("update main.totp set lastStep = :lastStep, backupCodes = :backupCodes where user = :user", {
    user,
    lastStep,
    backupCodes: JSON.stringify(backupCodes),
  });
};

/** Deletes an account's secret and backup codes; returns true if codes were required. */
export const deleteTotp = async (writer: Writer, user: number): Promise<boolean> =>
  (await writer.run("delete from main.totp where user = :user and enabledAt is not null", { user })) > 0;
