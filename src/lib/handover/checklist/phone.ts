import type { Renewal } from "./facts.ts";

type AccountPhone = Pick<Renewal, "phone" | "phoneHolder">;

const phoneDigitsOf = (phone: string): string => phone.normalize("NFKC").replaceAll(/\D/g, "");

const isSamePhone = ({ phone: one }: AccountPhone, { phone: other }: AccountPhone): boolean =>
  one === null || other === null || phoneDigitsOf(one) === phoneDigitsOf(other);

/** Completes a phone from another record of the account, but never pairs a number with another phone's holder. */
export const completePhone = (phone: AccountPhone, other: AccountPhone): AccountPhone =>
  isSamePhone(phone, other)
    ? { phone: phone.phone ?? other.phone, phoneHolder: phone.phoneHolder ?? other.phoneHolder }
    : { phone: phone.phone, phoneHolder: phone.phoneHolder };

/** Returns the items with an account's phone number and its holder, never with the holder of another number. */
export function findPhoneRenewals<T extends AccountPhone>(
  renewals: readonly T[],
): { readonly numberIn: T | undefined; readonly holderIn: T | undefined } {
  const numbered = renewals.filter(({ phone }) => phone !== null);
  const numberIn = numbered.find(({ phoneHolder }) => phoneHolder !== null) ?? numbered[0];
  if (numberIn !== undefined && numberIn.phoneHolder !== null) return { numberIn, holderIn: numberIn };
  const held = renewals.filter(({ phoneHolder }) => phoneHolder !== null);
  return { numberIn, holderIn: numberIn === undefined ? held[0] : held.find((one) => isSamePhone(numberIn, one)) };
}
