# Eight shards, an allocation each. Nomad sets NOMAD_ALLOC_INDEX, from 0; "count" and --shard auto/8 say one count.
# nomad var put nomad/jobs/polyvol-fleet authorization="Bearer …"
# The host volumes are those of the clients: one with polyvol.config.yaml, one with the files of the credentials.
job "polyvol-fleet" {
  type = "batch"

  periodic {
    cron = "*/15 * * * *"
    # Two runs at once are safe; they only ask the providers twice.
    prohibit_overlap = true
  }

  group "shard" {
    count = 8

    # A shard that fails does not end the others; what it has left, the next run goes on with.
    restart {
      attempts = 2
      interval = "2h"
      delay    = "1m"
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }

    volume "configuration" {
      type      = "host"
      source    = "polyvol-configuration"
      read_only = true
    }
    volume "credentials" {
      type      = "host"
      source    = "polyvol-credentials"
      read_only = true
    }

    task "polyvol" {
      driver = "docker"
      user   = "65534"

      config {
        image           = "registry.example.com/polyvol:1"
        readonly_rootfs = true
        cap_drop        = ["all"]
        args = [
          "backup",
          "run",
          "--quiet",
          "--timeout",
          "2h",
          "--shard",
          "auto/8",
          "--config",
          "/etc/polyvol/polyvol.config.yaml",
        ]
      }

      volume_mount {
        volume      = "configuration"
        destination = "/etc/polyvol"
        read_only   = true
      }
      volume_mount {
        volume      = "credentials"
        destination = "/run/polyvol"
        read_only   = true
      }

      template {
        data        = "{{ with nomadVar \"nomad/jobs/polyvol-fleet\" }}INVENTORY_AUTHORIZATION=\"{{ .authorization }}\"{{ end }}"
        destination = "secrets/environment"
        env         = true
      }

      # After SIGTERM: what is in flight is finished, and hooks that are due run. Clients allow no more than their own
      # max_kill_timeout, which is 30 seconds unless it is set.
      kill_signal  = "SIGTERM"
      kill_timeout = "15m"

      resources {
        cpu        = 100
        memory     = 256
        memory_max = 1024
      }
    }
  }
}
