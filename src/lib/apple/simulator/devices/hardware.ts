/** A hardware model, with the properties that Apple's services return. */
export interface Hardware {
  /** model name in the device service */
  readonly model: string;
  readonly description: string;
  readonly color: string;
  readonly family: "iPhone" | "iPad" | "Mac" | "AppleTV";
  readonly os: "iOS" | "iPadOS" | "OSX" | "tvOS";
  /** value in the Apple Business API */
  readonly productType: string;
  readonly capacity: string;
  readonly partNumber: string;
}

const createHardware = (
  family: Hardware["family"],
  os: Hardware["os"],
  model: string,
  productType: string,
  [capacity, color, partNumber]: readonly [string, string, string],
): Hardware => ({
  model,
  description: `${model.toUpperCase()} ${capacity} ${color}`,
  color,
  family,
  os,
  productType,
  capacity,
  partNumber,
});

/** Hardware models of the simulated organisation. iPhones are the most frequent. */
export const HARDWARE_MODELS: readonly Hardware[] = [
  createHardware("iPhone", "iOS", "iPhone 16e", "iPhone17,5", ["128GB", "BLACK", "MD1R4J/A"]),
  createHardware("iPhone", "iOS", "iPhone 16e", "iPhone17,5", ["128GB", "WHITE", "MD1Q4J/A"]),
  createHardware("iPhone", "iOS", "iPhone 16", "iPhone17,3", ["128GB", "BLACK", "MYDQ3J/A"]),
  createHardware("iPhone", "iOS", "iPhone 15", "iPhone15,4", ["128GB", "BLUE", "MTMK3J/A"]),
  createHardware("iPad", "iPadOS", "iPad (A16)", "iPad15,7", ["128GB", "SILVER", "MD3Y4J/A"]),
  createHardware("iPad", "iPadOS", "iPad mini", "iPad16,1", ["256GB", "SPACE GRAY", "MXNA3J/A"]),
  createHardware("Mac", "OSX", "MacBook Air", "Mac16,12", ["512GB", "MIDNIGHT", "MW133J/A"]),
  createHardware("AppleTV", "tvOS", "Apple TV 4K", "AppleTV14,1", ["64GB", "BLACK", "MN873J/A"]),
];
