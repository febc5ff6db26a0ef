/** The groups of a part of an IPv6 address. An IPv4 address at the end takes the place of two groups. */
const splitGroups = (part: string): readonly string[] =>
  part === "" ? [] : part.split(":").flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));

/** Returns what limits count as one sender: the network (/64) of an IPv6 address, any other address as it is. */
export const getSenderNetwork = (address: string): string => {
  if (!address.includes(":")) return address;
  const [start = "", end = ""] = address.toLowerCase().split("::");
  const [first, last] = [splitGroups(start), splitGroups(end)];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  const network = [...first, ...zeros, ...last].slice(0, 4);
  return `${network.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
};
