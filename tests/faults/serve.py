"""config.serve for a site that is killed all the time: it is started again without a pause."""

from config import serve

serve.RESTART_AFTER = (0.02, 0.1)

if __name__ == "__main__":
    serve.main()
