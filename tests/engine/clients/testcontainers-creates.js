// What tests with testcontainers create: a network, containers in it with ports, health, limits, files of the test, and a log that is awaited.
const { GenericContainer, Network, Wait } = require('testcontainers');

async function main() {
  const network = await new Network().start();
  const container = await new GenericContainer('busybox:latest').withNetwork(network).withExposedPorts(80)
    .withEnvironment({ A: 'b' }).withLabels({ k: 'v' }).withTmpFs({ '/scratch': 'size=1m' }).withUser('1000').withWorkingDir('/tmp')
    .withHealthCheck({ test: ['CMD', 'true'], interval: 1000 }).withResourcesQuota({ memory: 0.125 }).withDroppedCapabilities('ALL')
    .withCommand(['sh', '-c', 'echo hello; exec sleep 100000']).withWaitStrategy(Wait.forLogMessage('hello')).start();
  console.log((await container.exec(['id', '-u'])).output.trim());
  await container.stop({ timeout: 0 });
  await network.stop();
}

main().then(() => process.exit(0), (reason) => { console.error(reason); process.exit(1); });
