// The guides to preparing a provider: pages of docs/, rendered when the Portal is built.
const GUIDES = import.meta.glob<string>("../../../docs/customers/connect-*.md", { import: "default" });

const pathOf = (provider: string): string => `../../../docs/customers/connect-${provider}.md`;

export const hasSetupGuide = (provider: string): boolean => pathOf(provider) in GUIDES;

export async function loadSetupGuide(provider: string): Promise<string> {
  return (await GUIDES[pathOf(provider)]?.()) ?? "";
}
