// Folds what the stored pages counted into the events' properties, and looks for events of which nothing came.
import { checkEventNames } from "./checkEventNames.ts";
import { connect, type ActivityDependencies } from "./dependencies.ts";

export function discoverProperties(dependencies: ActivityDependencies) {
  return async ({ integrationId }: { integrationId: string }): Promise<void> => {
    const { spec } = (await connect(dependencies, integrationId)).connector;
    await dependencies.store.imports.discoverProperties(integrationId, (source) => spec.identityProperties(source));
    await checkEventNames(dependencies, integrationId);
  };
}
