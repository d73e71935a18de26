# What a script of ruby-docker-api does: looks, runs a container, reads its log, executes in it, removes it.
require 'docker'

Docker.url = ENV.fetch('DOCKER_HOST')
puts Docker.version.fetch('Version')
puts Docker::Image.all.map { |image| image.info['RepoTags'] }.flatten.include?('busybox:latest')
container = Docker::Container.create('Image' => 'busybox:latest', 'Cmd' => ['sh', '-c', 'echo hello; exec sleep 100000'],
                                     'HostConfig' => { 'NetworkMode' => 'none' })
container.start
puts Docker::Container.all.map(&:id).include?(container.id)
puts container.json.fetch('State').fetch('Running')
nil until container.logs(stdout: true).include?('hello')
puts container.exec(%w[echo executed]).first.first
container.kill
puts container.wait.fetch('StatusCode')
container.delete
